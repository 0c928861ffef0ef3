#!/usr/bin/env bash
# bundle verify names each blob whose bytes do not match its digest and exits with 1.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$WORK/b.tar"
"$AIRGAP" bundle verify "$WORK/b.tar" | finds 'is whole'

# Two bytes, in two blobs.
python3 - "$WORK/b.tar" >"$WORK/digests" <<'PYTHON'
import sys, tarfile
blobs = [m for m in tarfile.open(sys.argv[1]) if m.name.startswith("blobs/")]
with open(sys.argv[1], "r+b") as file:
    for blob in (blobs[0], blobs[-1]):
        file.seek(blob.offset_data + blob.size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
        print("sha256:" + blob.name.rsplit("/", 1)[1])
PYTHON

status=0
"$AIRGAP" --output json bundle verify "$WORK/b.tar" >"$WORK/report.json" || status=$?
expect "exit status" $status 1
expect "ok" "$(json "$WORK/report.json" 'v["ok"]')" False
expect "corrupt blobs" \
  "$(json "$WORK/report.json" '" ".join(sorted(v["bundles"][0]["corrupt"]))')" \
  "$(sort "$WORK/digests" | paste -sd ' ')"
status=0
"$AIRGAP" bundle verify "$WORK/b.tar" >"$WORK/out" 2>"$WORK/err" || status=$?
expect "exit status" $status 1
while read -r digest; do
  grep -q "$digest" "$WORK/err" || fail "$digest is not named"
done <"$WORK/digests"
