#!/usr/bin/env bash
# What cosign verify and a referrers client do, step by step.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
start_serve "$DEMO"
repository=/v2/ghcr.io/cozystack/demo/debian
get $repository/manifests/13 -D "$WORK/headers" -o "$WORK/image"
digest=$(header Docker-Content-Digest "$WORK/headers")

expect "the signature" "$(status_of "$repository/manifests/${digest/:/-}.sig")" 200
blob=$(json "$WORK/body" 'v["layers"][0]["digest"]')
json "$WORK/body" 'v["layers"][0]["annotations"]["dev.cosignproject.cosign/signature"]' |
  base64 -d >"$WORK/signature"
get "$repository/blobs/$blob" -o "$WORK/payload"
openssl dgst -sha256 -verify "$ROOT/tests/demo/cosign.pub" -signature "$WORK/signature" \
  "$WORK/payload" || fail "the signature is not valid"
expect "what is signed" "$digest" \
  "$(json "$WORK/payload" 'v["critical"]["image"]["docker-manifest-digest"]')"

expect "referrers" "$(status_of "$repository/referrers/$digest" -D "$WORK/headers")" 200
expect "type" "$(header Content-Type "$WORK/headers")" application/vnd.oci.image.index.v1+json
expect "one SBOM" "$(json "$WORK/body" \
  '[m["artifactType"] for m in v["manifests"]].count("application/spdx+json")')" 1
sbom=$(json "$WORK/body" '[m["digest"] for m in v["manifests"]
  if m["artifactType"] == "application/spdx+json"][0]')
get "$repository/manifests/$sbom" -o "$WORK/sbom-manifest"
expect "subject" "$(json "$WORK/sbom-manifest" 'v["subject"]["digest"]')" "$digest"
get "$repository/blobs/$(json "$WORK/sbom-manifest" 'v["layers"][0]["digest"]')" \
  -o "$WORK/document"
json "$WORK/document" '[p["versionInfo"] for p in v["packages"] if p["name"] == "bash"][0]'

status_of "$repository/referrers/$digest?artifactType=application/spdx%2Bjson" \
  -D "$WORK/headers" >/dev/null
expect "filter" "$(header OCI-Filters-Applied "$WORK/headers")" artifactType
other=$(status_of "$repository/referrers/$digest?artifactType=application/none")
expect "another type" "$other $(json "$WORK/body" 'len(v["manifests"])')" "200 0"
none=sha256:$(printf '%064d' 7)
got=$(status_of "$repository/referrers/$none")
expect "no referrers" "$got $(json "$WORK/body" 'len(v["manifests"])')" "200 0"
