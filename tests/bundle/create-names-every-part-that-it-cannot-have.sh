#!/usr/bin/env bash
# waits
# What a registry refuses, lacks, sends wrong or cuts off: every part is listed with its cause,
# there is no bundle, and the next run fetches only what was missing. What passes is asked again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

# One blob of two images is gone, for good.
gone() {
  curl -s "http://$REGISTRY/v2/org/img$1/manifests/v1" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["layers"][1]["digest"])'
}
troubles fail "HEAD $(gone 1) 404 99
GET img2/manifests/sha256 404 99"
create_fails 3
grep -q "missing: ghcr.io/org/img1:v1: blob $(gone 1): .* answers 404" "$WORK/err" ||
  fail "$(cat "$WORK/err")"
grep -q "missing: ghcr.io/org/img2:v1: manifest sha256:.* answers 404" "$WORK/err" ||
  fail "$(cat "$WORK/err")"
grep -q '2 parts missing, so no bundle was made' "$WORK/err" || fail "$(cat "$WORK/err")"

# It vanishes between looking up and fetching; the others are fetched and kept.
troubles fail "GET $(gone 1) 404 99"
create_fails 3
grep -q "missing: ghcr.io/org/img1:v1: blob $(gone 1)" "$WORK/err" || fail "$(cat "$WORK/err")"
grep -q 'goes on from there' "$WORK/err" || fail "$(cat "$WORK/err")"
calm
blob_bytes >"$WORK/sent"
create --quiet
[ "$(blob_bytes)" -lt 1200000 ] || fail "more than the one layer was fetched again"
is_whole
mv "$WORK/out/b.tar" "$WORK/whole.tar"

# Wrong bytes: exit 1, and what was right is kept.
troubles flip "blobs/$(gone 3)"
create_fails 1
grep -q "missing: ghcr.io/org/img3:v1: blob $(gone 3): .* do not match its digest" "$WORK/err" ||
  fail "$(cat "$WORK/err")"
calm
create --quiet
cmp "$WORK/out/b.tar" "$WORK/whole.tar"
is_whole
rm "$WORK/out/b.tar"

# What passes: too many requests, an overloaded server, a connection that is always cut off.
troubles fail "GET $(gone 0) 429 1 2
HEAD img4/manifests 503 1"
troubles drop 300000
create --quiet
cmp "$WORK/out/b.tar" "$WORK/whole.tar"
rm "$WORK/out/b.tar"
calm

# The tag moves while its layers are fetched.
troubles rate 600000
create --quiet 2>"$WORK/err" &
first=$!
for _ in {1..200}; do
  [ ! -e "$WORK/out/b.tar.partial" ] || break
  sleep 0.05
done
troubles moved org/img5
rm "$TROUBLES/rate"
status=0
wait "$first" || status=$?
expect "with a tag that moved" $status 1
grep -q 'ghcr.io/org/img5:v1 was sha256:.* and became sha256:.* meanwhile' "$WORK/err" ||
  fail "$(cat "$WORK/err")"
[ ! -e "$WORK/out/b.tar" ] || fail "a bundle was left"
