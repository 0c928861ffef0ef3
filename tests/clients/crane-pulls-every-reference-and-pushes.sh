#!/usr/bin/env bash
# go-containerregistry: it checks every layer, and pushes by mount and upload.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

start_push_serve
use_go_clients

pull() {
  "$PEERS/crane" manifest "$(here "$1")" >"$WORK/manifest"
  expect_digest "$1" "$WORK/manifest" "$2"
  expect "$1" "$("$PEERS/crane" digest "$(here "$1")")" "$2"
  ! is_image "$2" || "$PEERS/crane" validate --remote "$(here "$1")"
}
for_each_reference pull
"$PEERS/crane" ls "$(here ghcr.io/cozystack/demo/debian)" | finds -x 13
"$PEERS/crane" catalog "127.0.0.1:$PORT" | finds -x quay.io/demo/busybox

"$PEERS/crane" auth login "127.0.0.1:$PORT" -u "$PUSH_USER" -p "$PUSH_PASSWORD"
index=$("$PEERS/crane" digest "$(here registry.k8s.io/demo/busybox:1.37.0)")
"$PEERS/crane" copy "$(here registry.k8s.io/demo/busybox:1.37.0)" "$(here site.example/index:1)"
expect "a copied index" "$("$PEERS/crane" digest "$(here site.example/index:1)")" "$index"
"$PEERS/crane" validate --remote "$(here site.example/index:1)"
"$PEERS/crane" pull --format oci "$(here ghcr.io/cozystack/demo/debian:13)" "$WORK/layout"
"$PEERS/crane" push "$WORK/layout" "$(here site.example/debian:13)"
"$PEERS/crane" validate --remote "$(here site.example/debian:13)"
"$PEERS/crane" delete "$(here "site.example/index@$index")"
! "$PEERS/crane" digest "$(here site.example/index:1)" 2>"$WORK/error" || fail "it is still there"
finds MANIFEST_UNKNOWN <"$WORK/error"
