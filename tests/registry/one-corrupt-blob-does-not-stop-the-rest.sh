#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
manifest=$(references | awk '$1 == "ghcr.io/cozystack/demo/debian:13" { print $2 }')
tar -xOf "$DEMO" "blobs/sha256/${manifest#sha256:}" >"$WORK/manifest.json"
layer=$(json "$WORK/manifest.json" 'v["layers"][0]["digest"]')
size=$(json "$WORK/manifest.json" 'v["layers"][0]["size"]')

cp "$DEMO" "$WORK/bundle.tar"
flip_byte_of_blob "$WORK/bundle.tar" "$layer" $((size - 1000))
start_serve "$WORK/bundle.tar"
wait_for 60 "verification" is_withdrawn "$layer"

path=/v2/ghcr.io/cozystack/demo/debian
code=$(status_of "$path/blobs/$layer")
[[ $code != 200 && $code != 500 ]] || fail "the corrupt blob is answered with $code"
json "$WORK/body" 'v["errors"][0]["code"]'
grep -q -F "$layer" "$WORK/body" || fail "the error does not name the blob: $(cat "$WORK/body")"
expect "its manifest" "$(status_of "$path/manifests/13")" 200
expect "another image" "$(status_of /v2/docker.io/library/busybox/manifests/1.37.0)" 200
expect "another blob" \
  "$(status_of "$path/blobs/$(json "$WORK/manifest.json" 'v["config"]["digest"]')")" 200
expect "an asset" "$(status_of /boot/vmlinuz)" 200

status=0
"$AIRGAP" bundle verify "$WORK/bundle.tar" >"$WORK/verify" 2>&1 || status=$?
expect "bundle verify" $status 1
grep -q -F "${layer#sha256:}" "$WORK/verify" ||
  fail "verify does not name it: $(cat "$WORK/verify")"
