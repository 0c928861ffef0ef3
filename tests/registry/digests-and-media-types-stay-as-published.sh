#!/usr/bin/env bash
# Docker's schema 2 stays Docker's, whatever a client accepts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
count=0
while read -r reference digest media_type; do
  if [[ $reference = *@* ]]; then
    path=/v2/${reference%@*}/manifests/${reference#*@}
  else
    path=/v2/${reference%:*}/manifests/${reference##*:}
  fi
  get "$path" -D "$WORK/headers" -o "$WORK/body" -H 'Accept: application/json'
  expect "$reference: bytes" "sha256:$(sha256_of "$WORK/body")" "$digest"
  expect "$reference: type" "$(header Content-Type "$WORK/headers")" "$media_type"
  expect "$reference: digest" "$(header Docker-Content-Digest "$WORK/headers")" "$digest"
  get "$path" --head -o "$WORK/head"
  expect "$reference: HEAD length" "$(header Content-Length "$WORK/head")" \
    "$(stat -c %s "$WORK/body")"
  count=$((count + 1))
done < <(references)
[ $count -ge 6 ] || fail "only $count references in the demo bundle"
references | finds '^quay.io/.*application/vnd.docker.distribution.manifest.v2+json$' ||
  fail "the demo bundle has no Docker schema 2 image"
