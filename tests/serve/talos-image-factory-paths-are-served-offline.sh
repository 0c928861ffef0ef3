#!/usr/bin/env bash
# What a cluster fetches from Talos's image factory comes from the bundle under the same paths: as
# CDI's importer asks for a disk (HEAD, GET, ranges), with and without the version's v, and the
# installer as an image. What is not carried is a 404 that names what is.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
schematic=ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515
folder=image/$schematic/v1.13.6
head -c 3000000 /dev/urandom >"$WORK/disk"
"$ROOT/tests/bundle/make-layout" one "$WORK/layout" "factory.talos.dev/installer/$schematic:v1.13.6"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
  --asset "$folder/openstack-amd64.raw.xz=$WORK/disk" --file "$WORK/t.tar"
http=$(free_port)
start_serve "$WORK/t.tar" --http "127.0.0.1:$http"
disk=http://127.0.0.1:$http/$folder/openstack-amd64.raw.xz
# importer CURL-ARGUMENT...: as CDI's asks; prints the status, headers are in WORK/headers.
importer() {
  curl -sS -D "$WORK/headers" -o "$WORK/body" -w '%{http_code}' -A cdi-golden-importer \
    -H 'Accept-Encoding: gzip' "$@"
}
expect "HEAD" "$(importer --head "$disk")" 200
expect "its size" "$(header Content-Length "$WORK/headers")" 3000000
expect "that ranges do" "$(header Accept-Ranges "$WORK/headers")" bytes
expect "GET" "$(importer "$disk")" 200
cmp "$WORK/body" "$WORK/disk"
expect "no encoding" "$(header Content-Encoding "$WORK/headers")" ""
expect "a range" "$(importer -r 2999990- "$disk")" 206
cmp "$WORK/body" <(tail -c 10 "$WORK/disk")
expect "which" "$(header Content-Range "$WORK/headers")" "bytes 2999990-2999999/3000000"
expect "past the end" "$(importer -r 3000000- "$disk")" 416
expect "without v" "$(importer "${disk/v1.13.6/1.13.6}")" 200
cmp "$WORK/body" "$WORK/disk"

expect "another version" "$(importer "${disk/v1.13.6/v1.13.7}")" 404
grep -qxF "/$folder/openstack-amd64.raw.xz" "$WORK/body" || fail "$(cat "$WORK/body")"

manifest=manifests/v1.13.6
expect "the installer, as Talos pulls it" \
  "$(status_of "/v2/installer/$schematic/$manifest?ns=factory.talos.dev")" 200
expect "the installer, by name alone" "$(status_of "/v2/installer/$schematic/$manifest")" 200
