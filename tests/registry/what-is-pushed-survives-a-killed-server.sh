#!/usr/bin/env bash
# SIGKILL in the middle of pushes: what was acknowledged is there afterwards, an upload session is
# gone, and no file is left that nobody owns. The seed says when.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

take_seed
repository=/v2/site.example/app
start_push_serve
login=$(as_pusher)
head -c 3000000 /dev/urandom >"$WORK/blob"
blob=sha256:$(sha256_of "$WORK/blob")
expect "a blob" "$(status_of "$repository/blobs/uploads/?digest=$blob" -X POST -K "$login" \
  --data-binary "@$WORK/blob")" 201
printf '{}' >"$WORK/config"
config=sha256:$(sha256_of "$WORK/config")
expect "a config" "$(status_of "$repository/blobs/uploads/?digest=$config" -X POST -K "$login" \
  --data-binary "@$WORK/config")" 201
type=application/vnd.oci.image.manifest.v1+json
printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":2},
  "layers":[{"mediaType":"application/octet-stream","digest":"%s","size":3000000}]}' $type \
  application/vnd.oci.empty.v1+json "$config" "$blob" >"$WORK/manifest"
expect "a manifest" "$(status_of $repository/manifests/v1 -X PUT -K "$login" \
  -H "Content-Type: $type" --data-binary "@$WORK/manifest")" 201

# A session that is half way when the power goes.
expect "a session" "$(status_of $repository/blobs/uploads/ -X POST -K "$login" \
  -D "$WORK/headers")" 202
session=$(header Location "$WORK/headers")
expect "a piece" "$(status_of "$session" -X PATCH -K "$login" --data-binary "@$WORK/blob")" 202
expect "a file for it" "$(find "$WORK/overlay/uploads" -type f | wc -l)" 1
for pusher in 1 2; do push_blobs $pusher & done
wait_for 20 "a push" test -s "$WORK/acknowledged.1"
sleep $((RANDOM % 2)).$((RANDOM % 1000))
kill -9 "$LAST_PID"
wait

start_push_serve
expect "the session" "$(status_of "$session" -K "$login")" 404
expect "files of sessions" "$(find "$WORK/overlay/uploads" -type f | wc -l)" 0
get "$repository/blobs/$blob" -o "$WORK/got"
cmp "$WORK/blob" "$WORK/got"
get $repository/manifests/v1 -o "$WORK/got"
cmp "$WORK/manifest" "$WORK/got"
expect_acknowledged 1
# What was pushed and not acknowledged may be one more for each of the two.
more=$(($(find "$WORK/overlay/blobs" -type f | wc -l) - 2 - $(wc -l <"$WORK/acknowledged")))
[[ $more = [012] ]] || fail "$more files of blobs that nobody pushed"
expect "a delete" "$(status_of "$repository/blobs/$blob" -X DELETE -K "$login")" 202
expect "gone" "$(status_of "$repository/blobs/$blob")" 404
