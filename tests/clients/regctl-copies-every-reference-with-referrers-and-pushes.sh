#!/usr/bin/env bash
# regclient: it pushes in chunks and copies digest tags and referrers.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

start_push_serve
use_go_clients
regctl=$PEERS/regctl

pull() {
  "$regctl" manifest get --format raw-body "$(here "$1")" >"$WORK/manifest"
  expect_digest "$1" "$WORK/manifest" "$2"
  "$regctl" image copy --referrers --digest-tags "$(here "$1")" "ocidir://$WORK/layout/x:1" \
    >/dev/null
}
for_each_reference pull

"$regctl" registry login "127.0.0.1:$PORT" -u "$PUSH_USER" -p "$PUSH_PASSWORD"
image=$(here ghcr.io/cozystack/demo/debian:13)
"$regctl" image copy --referrers --digest-tags "ocidir://$WORK/layout/x:1" \
  "$(here site.example/last:1)"
"$regctl" image copy --referrers --digest-tags "$image" "$(here site.example/debian:13)"
expect "the copy" "$("$regctl" image digest "$(here site.example/debian:13)")" \
  "$("$regctl" image digest "$image")"
"$regctl" artifact list "$(here site.example/debian:13)" | finds application/spdx+json
"$regctl" tag ls "$(here site.example/debian)" | finds '^sha256-.*\.sig$'

# Chunks of 1 MiB.
"$regctl" registry set --blob-chunk 1048576 --blob-max 1048576 "127.0.0.1:$PORT"
head -c 5500000 /dev/urandom >"$WORK/payload"
"$regctl" artifact put --artifact-type application/x.site -f "$WORK/payload" \
  "$(here site.example/chunked:1)"
"$regctl" artifact get "$(here site.example/chunked:1)" >"$WORK/got"
cmp "$WORK/payload" "$WORK/got"
"$regctl" tag delete "$(here site.example/chunked:1)"
! "$regctl" manifest head "$(here site.example/chunked:1)" 2>/dev/null || fail "the tag is there"
