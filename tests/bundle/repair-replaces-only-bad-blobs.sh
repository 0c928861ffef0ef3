#!/usr/bin/env bash
# `bundle repair` takes bad blobs from another copy and leaves every other byte alone; what the
# other copy has no better stays bad and is named; a damaged front comes back too.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
good=$WORK/good.tar bad=$WORK/bad.tar
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$good"

# damage FILE OFFSET
damage() { printf 'XYZ' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
offsets=$(python3 - "$good" <<'PYTHON'
import sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    blobs = [m for m in tar if m.name.startswith("blobs/")]
print(blobs[0].offset_data + 2, blobs[-1].offset_data + 2)
PYTHON
)
cp "$good" "$bad"
for offset in $offsets; do damage "$bad" "$offset"; done
"$AIRGAP" bundle verify --quiet "$bad" 2>"$WORK/err" && fail "the damage is not seen"
"$AIRGAP" bundle repair --output json "$bad" --from "$good" >"$WORK/repair.json"
expect "repaired" "$(json "$WORK/repair.json" 'len(v["bundles"][0]["repaired"])')" 2
cmp "$bad" "$good"
"$AIRGAP" bundle repair "$bad" --from "$good" | finds 'nothing to repair' || fail "not whole"

# The front: index.json is no JSON any more.
damage "$bad" 1024
"$AIRGAP" bundle repair --quiet "$bad" --from "$good"
cmp "$bad" "$good"

# A copy that has the same damage is no help, and nothing is lost.
cp "$good" "$WORK/other.tar"
for file in "$bad" "$WORK/other.tar"; do damage "$file" "${offsets#* }"; done
cp "$bad" "$WORK/before.tar"
status=0
"$AIRGAP" bundle repair "$bad" --from "$WORK/other.tar" 2>"$WORK/err" >"$WORK/out" || status=$?
expect "with the same damage" $status 1
grep -q 'stays bad' "$WORK/err" || fail "$(cat "$WORK/err")"
cmp "$bad" "$WORK/before.tar"
status=0
"$AIRGAP" bundle repair "$bad" --from "$bad" 2>"$WORK/err" || status=$?
expect "from itself" $status 2
