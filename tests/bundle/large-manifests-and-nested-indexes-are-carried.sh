#!/usr/bin/env bash
# A manifest of 4 MiB and indexes nested five deep are fine; six deep is an error that says so.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

IMAGES=()
CREATE=("$AIRGAP" bundle create --name t --version 1 --file "$WORK/out/b.tar" --quiet
  --mirror "ghcr.io=http://$REGISTRY" --platform linux/amd64 --platform linux/arm64)
create --image ghcr.io/org/large:v1 --image ghcr.io/org/nested5:v1
is_whole
start_serve "$WORK/out/b.tar"
size=$(curl -sf --cacert "$CA" "$URL/v2/ghcr.io/org/large/manifests/v1" \
  -H 'Accept: application/vnd.oci.image.manifest.v1+json' | wc -c)
[ "$size" -gt 4190000 ] || fail "the manifest has $size bytes"
rm "$WORK/out/b.tar"
create_fails 3 --image ghcr.io/org/nested6:v1
grep -q 'ghcr.io/org/nested6:v1: image indexes are nested more than 5 deep' "$WORK/err" ||
  fail "$(cat "$WORK/err")"
