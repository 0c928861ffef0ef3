#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
want=$(asset_blob boot/vmlinuz)
get /boot/vmlinuz -o "$WORK/whole" -D "$WORK/headers"
expect "the whole asset" "sha256:$(sha256_of "$WORK/whole")" "$want"
expect "Accept-Ranges" "$(header Accept-Ranges "$WORK/headers")" bytes
etag=$(header ETag "$WORK/headers")
[ -n "$etag" ] || fail "no ETag"
size=$(stat -c %s "$WORK/whole")
expect "Content-Length" "$(header Content-Length "$WORK/headers")" "$size"

head -c 1234567 "$WORK/whole" >"$WORK/part"
get /boot/vmlinuz -C - -o "$WORK/part" -D "$WORK/headers"
expect "resumed" "sha256:$(sha256_of "$WORK/part")" "$want"
expect "Content-Range" "$(header Content-Range "$WORK/headers")" \
  "bytes 1234567-$((size - 1))/$size"

get /boot/vmlinuz -r -1000 -o "$WORK/tail"
cmp "$WORK/tail" <(tail -c 1000 "$WORK/whole") || fail "the last 1000 bytes"
expect "the same version" "$(status_of /boot/vmlinuz -r 5-9 -H "If-Range: $etag")" 206
cmp "$WORK/body" <(tail -c +6 "$WORK/whole" | head -c 5) || fail "bytes 5-9"
expect "another version" "$(status_of /boot/vmlinuz -r 5-9 -H 'If-Range: "other"')" 200
expect "several ranges" "$(status_of /boot/vmlinuz -r 0-1,5-6)" 200
expect "garbage" "$(status_of /boot/vmlinuz -H 'Range: bytes=x-y')" 200
get /boot/vmlinuz --head -o "$WORK/head"
expect "HEAD" "$(header Content-Length "$WORK/head")" "$size"
