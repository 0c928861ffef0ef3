#!/usr/bin/env bash
# containers/image, which skopeo, podman, buildah and CRI-O share: push, pull back, delete.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need skopeo

start_push_serve
mkdir "$WORK/certs"
cp "$CA" "$WORK/certs/ca.crt"
printf '%s' "$PUSH_PASSWORD" | skopeo login --authfile "$WORK/auth.json" --cert-dir "$WORK/certs" \
  -u "$PUSH_USER" --password-stdin "127.0.0.1:$PORT" >/dev/null

push() {
  local name=${1//[:@]/-}
  skopeo copy --quiet --insecure-policy --all --preserve-digests --authfile "$WORK/auth.json" \
    --src-cert-dir "$WORK/certs" --dest-cert-dir "$WORK/certs" \
    "docker://$(here "$1")" "docker://$(here "pushed.example/$name:1")"
  skopeo inspect --raw --cert-dir "$WORK/certs" "docker://$(here "pushed.example/$name:1")" \
    >"$WORK/manifest"
  expect_digest "$1" "$WORK/manifest" "$2"
  skopeo copy --quiet --insecure-policy --all --src-cert-dir "$WORK/certs" \
    "docker://$(here "pushed.example/$name:1")" "dir:$WORK/copy"
}
for_each_reference push

skopeo delete --authfile "$WORK/auth.json" --cert-dir "$WORK/certs" \
  "docker://$(here pushed.example/docker.io/library/busybox-1.37.0:1)"
! skopeo inspect --raw --cert-dir "$WORK/certs" \
  "docker://$(here pushed.example/docker.io/library/busybox-1.37.0:1)" >/dev/null 2>&1 ||
  fail "it is still there"
