#!/usr/bin/env bash
# The overlay's disk is full: a clean error for the push, nothing left of it, pulls as before, and
# pushes again when there is room.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"
alone_on_the_network

mkdir "$WORK/disk"
mount -t tmpfs -o size=80m tmpfs "$WORK/disk"
at_end "umount $WORK/disk"
ln -s disk "$WORK/overlay"
start_push_serve
login=$(as_pusher)
repository=/v2/site.example/app
head -c 30000000 /dev/urandom >"$WORK/large"
large=sha256:$(sha256_of "$WORK/large")
head -c 1000000 "$WORK/large" >"$WORK/small"
small=sha256:$(sha256_of "$WORK/small")

# Known to be too large before the first byte, and only found out on the way.
expect_oci_error 507 DENIED "$repository/blobs/uploads/?digest=$large" -X POST -K "$login" \
  --data-binary "@$WORK/large"
finds -F "has no room for 30000000 more bytes" <"$WORK/body" || fail "$(cat "$WORK/body")"
expect_oci_error 507 DENIED "$repository/blobs/uploads/?digest=$large" -X POST -K "$login" \
  -H "Transfer-Encoding: chunked" --data-binary "@$WORK/large"
expect "a pull" "$(status_of /v2/docker.io/library/busybox/manifests/1.37.0)" 200
expect "what fits" "$(status_of "$repository/blobs/uploads/?digest=$small" -X POST -K "$login" \
  --data-binary "@$WORK/small")" 201
get "$repository/blobs/$small" -o "$WORK/got"
cmp "$WORK/small" "$WORK/got"
expect "what is left of the failed pushes" "$(find "$WORK/disk/uploads" -type f | wc -l)" 0
