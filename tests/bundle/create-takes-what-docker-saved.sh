#!/usr/bin/env bash
# An archive in docker save's format becomes a Docker schema 2 image over the layers as they are,
# under the names it has, the same each time.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
DEMO=$WORK/b.tar # what `references` reads
need skopeo

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
skopeo --tmpdir "$WORK" copy --quiet "oci:$WORK/layout:ghcr.io/org/app:v1" \
  "docker-archive:$WORK/saved.tar:ghcr.io/org/app:v2"
create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --from "docker-archive:$1" --file "$2"
}
create "$WORK/saved.tar" "$WORK/b.tar"
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
references | finds '^ghcr.io/org/app:v2 .*docker.distribution.manifest.v2' ||
  fail "$(references)"
gzip -k "$WORK/saved.tar"
create "$WORK/saved.tar.gz" "$WORK/again.tar"
cmp "$WORK/b.tar" "$WORK/again.tar"
# The layer is the one that the config's diff_ids name.
blob() {
  tar -xOf "$WORK/b.tar" "blobs/sha256/${1#sha256:}"
}
blob "$(references | cut -d ' ' -f 2)" >"$WORK/manifest.json"
blob "$(json "$WORK/manifest.json" 'v["config"]["digest"]')" >"$WORK/config.json"
expect "diff_id" "$(json "$WORK/config.json" 'v["rootfs"]["diff_ids"][0]')" \
  "$(json "$WORK/manifest.json" 'v["layers"][0]["digest"]')"

# A current docker save holds an OCI layout as well: then the published digests are kept.
"$ROOT/tests/bundle/make-layout" full "$WORK/full"
echo '[]' >"$WORK/full/manifest.json"
tar -C "$WORK/full" -cf "$WORK/current.tar" .
create "$WORK/current.tar" "$WORK/b.tar"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/full" --file "$WORK/f.tar"
cmp "$WORK/b.tar" "$WORK/f.tar"
