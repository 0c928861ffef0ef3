#!/usr/bin/env bash
# ORAS reads a bundle as the tar it is, by name and by digest, with referrers; the layout that it
# copies to is a source.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need_file "$PEERS/oras" scripts/build-peers
oras=$PEERS/oras
export HOME=$WORK

make_bundle
unpack_bundle
count=0
while read -r reference digest _; do
  for layout in b.tar unpacked; do
    "$oras" manifest fetch --oci-layout "$WORK/$layout@$digest" >"$WORK/manifest"
    expect "$reference" "sha256:$(sha256_of "$WORK/manifest")" "$digest"
    "$oras" manifest fetch --oci-layout-path "$WORK/$layout" "$reference" >"$WORK/manifest"
    expect "$reference" "sha256:$(sha256_of "$WORK/manifest")" "$digest"
  done
  count=$((count + 1))
done <"$WORK/references"
[ $count -eq 5 ] || fail "$count references"
app=$(digest_of ghcr.io/org/app:v1)
"$oras" discover --oci-layout --format json "$WORK/b.tar@$app" >"$WORK/referrers"
expect "the SBOM" "$(json "$WORK/referrers" 'v["referrers"][0]["artifactType"]')" \
  application/spdx+json

"$oras" copy --recursive --from-oci-layout "$WORK/b.tar@$app" --to-oci-layout "$WORK/copy:v1" \
  >/dev/null
same_as_ours ghcr.io/org/app:v1 "oci:$WORK/copy=ghcr.io/org/app"
grep -q -F "ghcr.io/org/app@$(json "$WORK/referrers" 'v["referrers"][0]["digest"]')" "$WORK/got" ||
  fail "the SBOM did not come back: $(cat "$WORK/got")"
"$oras" copy --from-oci-layout "$WORK/b.tar@$(digest_of ghcr.io/org/multi:v1)" \
  --to-oci-layout "$WORK/index:v1" >/dev/null
same_as_ours ghcr.io/org/multi:v1 "oci:$WORK/index=ghcr.io/org/multi"
# An artifact that ORAS makes.
cd "$WORK"
printf 'apiVersion: v2\n' >Chart.yaml
"$oras" push --oci-layout made:1.0.0 --artifact-type application/x.chart Chart.yaml >/dev/null
from "oci:made=ghcr.io/org/chart" | finds '^ghcr.io/org/chart:1.0.0 '
