#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
size=$(get /boot/vmlinuz --head | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ll]ength: //p')
expect "at the end" "$(status_of /boot/vmlinuz -r "$size-" -D "$WORK/headers")" 416
expect "Content-Range" "$(header Content-Range "$WORK/headers")" "bytes */$size"
expect "far away" "$(status_of /boot/vmlinuz -r 18446744073709551615-)" 416
expect "the last byte" "$(status_of /boot/vmlinuz -r "$((size - 1))-")" 206
get /v2/ghcr.io/cozystack/demo/debian/manifests/13 -o "$WORK/manifest.json"
layer=$(json "$WORK/manifest.json" 'v["layers"][0]["digest"]')
expect "of a blob" \
  "$(status_of "/v2/ghcr.io/cozystack/demo/debian/blobs/$layer" -r 99999999999-)" 416
expect "an unknown asset" "$(status_of /boot/nothing)" 404
