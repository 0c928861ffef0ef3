#!/usr/bin/env bash
# skopeo's layouts and archives are sources, its OCI archives with the digests as they were.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need skopeo

make_bundle
copy() {
  skopeo_on_archives copy --quiet --all "$@"
}
for reference in ghcr.io/org/app:v1 ghcr.io/org/multi:v1; do
  ours=oci-archive:$WORK/b.tar:$reference
  rm -rf "$WORK/out" "$WORK/out.tar"
  copy --preserve-digests "$ours" "oci:$WORK/out:$reference"
  same_as_ours "$reference" "oci:$WORK/out"
  rm -rf "$WORK/out"
  copy --preserve-digests "$ours" "oci:$WORK/out:v1"
  same_as_ours "$reference" "oci:$WORK/out=${reference%:*}"
  copy --preserve-digests "$ours" "oci-archive:$WORK/out.tar:$reference"
  same_as_ours "$reference" "oci-archive:$WORK/out.tar"
done
# docker save's format has no digests to keep, but the layers are the same.
skopeo_on_archives copy --quiet "oci-archive:$WORK/b.tar:ghcr.io/org/app:v1" \
  "docker-archive:$WORK/saved.tar:ghcr.io/org/app:v1"
from "docker-archive:$WORK/saved.tar" | finds '^ghcr.io/org/app:v1 '
