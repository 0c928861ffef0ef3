#!/usr/bin/env bash
# Other tools read a bundle as an OCI archive, and the digests are the published ones.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
DEMO=$WORK/b.tar # what `references` reads
need skopeo

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$WORK/b.tar"
while read -r reference digest _; do
  [[ $reference == *@* ]] && continue
  rm -rf "$WORK/out"
  skopeo_on_archives copy --quiet --all --preserve-digests \
    "oci-archive:$WORK/b.tar:$reference" "oci:$WORK/out:copied"
  expect "$reference" "$(json "$WORK/out/index.json" 'v["manifests"][0]["digest"]')" "$digest"
done < <(references | # skopeo finds only OCI manifests by name in an archive
  grep -v 'org/docker')
