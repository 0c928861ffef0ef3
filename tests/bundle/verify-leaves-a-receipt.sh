#!/usr/bin/env bash
# `bundle verify --receipt` writes what was found as JSON: identity, counts, every blob that is
# missing, corrupt or that nothing names. --output json prints the same.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
bundle=$WORK/b.tar
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$bundle"
"$AIRGAP" bundle verify --receipt "$WORK/receipt.json" --output json "$bundle" >"$WORK/out.json"
cmp "$WORK/receipt.json" "$WORK/out.json"
identity=sha256:$(tar -xOf "$bundle" index.json | sha256sum | cut -d ' ' -f 1)
receipt() { json "$WORK/receipt.json" "$1"; }
expect "ok" "$(receipt 'v["ok"]')" True
expect "identity" "$(receipt 'v["bundles"][0]["identity"]')" "$identity"
expect "blobs" "$(receipt 'v["bundles"][0]["verifiedBlobs"]')" \
  "$(tar -tf "$bundle" | grep -c '^blobs/')"

# One byte of the last blob.
damaged=$(tar -tf "$bundle" | grep '^blobs/' | tail -n 1)
offset=$(python3 - "$bundle" "$damaged" <<'PYTHON'
import sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    print(tar.getmember(sys.argv[2]).offset_data)
PYTHON
)
printf 'X' | dd of="$bundle" bs=1 seek="$offset" conv=notrunc status=none
status=0
"$AIRGAP" bundle verify --receipt "$WORK/receipt.json" "$bundle" 2>"$WORK/err" || status=$?
expect "with a corrupt blob" $status 1
expect "corrupt" "$(receipt 'v["bundles"][0]["corrupt"][0]')" "sha256:${damaged##*/}"
status=0
"$AIRGAP" bundle verify --receipt "$bundle" "$bundle" 2>"$WORK/err" || status=$?
expect "a receipt over the bundle itself" $status 2

# A blob that nothing names: as tar makes it, without our table.
mkdir "$WORK/extra"
cp -r "$WORK/layout/." "$WORK/extra"
echo 'nobody wants this' >"$WORK/stray"
cp "$WORK/stray" "$WORK/extra/blobs/sha256/$(sha256_of "$WORK/stray")"
find "$WORK/extra" -type f -printf '%P\n' | grep '^blobs/' | sort >"$WORK/names"
tar --format=ustar -cf "$WORK/extra.tar" -C "$WORK/extra" oci-layout index.json -T "$WORK/names"
"$AIRGAP" bundle verify --receipt "$WORK/receipt.json" "$WORK/extra.tar"
expect "unreferenced" "$(receipt 'v["bundles"][0]["unreferenced"][0]')" \
  "sha256:$(sha256_of "$WORK/stray")"
