#!/usr/bin/env bash
# containerd asks for the rest of a blob after a broken connection.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
repository=/v2/ghcr.io/cozystack/demo/debian
get $repository/manifests/13 -o "$WORK/manifest.json"
digest=$(json "$WORK/manifest.json" 'v["layers"][0]["digest"]')
size=$(json "$WORK/manifest.json" 'v["layers"][0]["size"]')
half=$((size / 2))
get "$repository/blobs/$digest" -o "$WORK/blob" -r "0-$((half - 1))"
expect "first half" "$(stat -c %s "$WORK/blob")" $half
get "$repository/blobs/$digest" -D "$WORK/headers" -o "$WORK/rest" -r "$half-" -w '%{http_code}' \
  >"$WORK/code"
expect "status" "$(cat "$WORK/code")" 206
expect "Content-Range" "$(header Content-Range "$WORK/headers")" "bytes $half-$((size - 1))/$size"
cat "$WORK/rest" >>"$WORK/blob"
expect "the whole blob" "sha256:$(sha256_of "$WORK/blob")" "$digest"
[ -z "$(header Content-Encoding "$WORK/headers")" ] || fail "a blob has a Content-Encoding"
