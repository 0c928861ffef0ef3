#!/usr/bin/env bash
# An index comes whole. Where children are missing, create says which, and --platform takes one.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
DEMO=$WORK/b.tar # what `references` reads

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
arm64=$(python3 - "$WORK/layout" <<'PYTHON'
import json, sys
folder = sys.argv[1] + "/"
listed = json.load(open(folder + "index.json"))["manifests"]
key = "org.opencontainers.image.ref.name"
index = [m["digest"] for m in listed
         if m.get("annotations", {}).get(key) == "ghcr.io/org/multi:v1"][0]
print(json.load(open(folder + "blobs/sha256/" + index[7:]))["manifests"][1]["digest"])
PYTHON
)
rm "$WORK/layout/blobs/sha256/${arm64#sha256:}"
create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
    --file "$WORK/b.tar" "$@"
}
status=0
create 2>"$WORK/err" || status=$?
expect "exit status" $status 3
grep -q "ghcr.io/org/multi:v1: manifest $arm64 (linux/arm64)" "$WORK/err" ||
  fail "$(cat "$WORK/err")"
grep -q -- '--platform' "$WORK/err" || fail "no advice: $(cat "$WORK/err")"

create --platform linux/amd64
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
references | finds 'multi:v1 .*image.manifest' || fail "the index is still there"
