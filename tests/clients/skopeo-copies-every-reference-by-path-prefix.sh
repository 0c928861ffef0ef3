#!/usr/bin/env bash
# A client that knows no mirrors asks for <appliance>/<upstream host>/<repository>.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need skopeo
start_serve "$DEMO"
mkdir "$WORK/certs"
cp "$CA" "$WORK/certs/ca.crt"

count=0
while read -r reference digest media_type; do
  [[ $media_type != *index* && $media_type != *list* ]] || all=(--all)
  copy=$WORK/copy
  rm -rf "$copy"
  skopeo copy --quiet --insecure-policy --src-cert-dir "$WORK/certs" "${all[@]}" \
    "docker://127.0.0.1:$PORT/$reference" "dir:$copy"
  expect "$reference" "sha256:$(sha256_of "$copy/manifest.json")" "$digest"
  for blob in "$copy"/*; do
    [[ ${blob##*/} =~ ^[0-9a-f]{64}$ ]] || continue
    expect "$reference: a blob" "$(sha256_of "$blob")" "${blob##*/}"
  done
  all=()
  count=$((count + 1))
done < <(references)
[ $count -ge 6 ] || fail "only $count references in the demo bundle"
echo "$count references copied"
