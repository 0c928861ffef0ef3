#!/usr/bin/env bash
# timeout: 300
# A container engine of the podman family, with storage of its own.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need buildah
alone_on_the_network

start_push_serve
mkdir "$WORK/certs"
cp "$CA" "$WORK/certs/ca.crt"
printf '{"default": [{"type": "insecureAcceptAnything"}]}' >"$WORK/policy.json"
export REGISTRY_AUTH_FILE=$WORK/auth.json
printf '{}' >"$REGISTRY_AUTH_FILE"

engine() {
  buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver vfs "$@"
}

pull() {
  is_image "$2" || return 0
  engine pull --quiet --policy always --cert-dir "$WORK/certs" \
    --signature-policy "$WORK/policy.json" "$(here "$1")"
}
for_each_reference pull

printf '%s' "$PUSH_PASSWORD" | engine login --cert-dir "$WORK/certs" -u "$PUSH_USER" \
  --password-stdin "127.0.0.1:$PORT" >/dev/null
engine push --quiet --cert-dir "$WORK/certs" --signature-policy "$WORK/policy.json" \
  "$(here ghcr.io/cozystack/demo/debian:13)" "docker://$(here site.example/debian:13)"
expect "what was pushed" "$(status_of /v2/site.example/debian/manifests/13)" 200
