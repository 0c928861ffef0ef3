#!/usr/bin/env bash
# A create that fails leaves nothing behind and does not touch the bundle of before; every missing
# part is listed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
    --file "$WORK/out/b.tar"
}
mkdir "$WORK/out"
"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
cp -r "$WORK/layout" "$WORK/good"
# A layer and a config of two images.
mapfile -t blobs < <(python3 - "$WORK/layout" <<'PYTHON'
import json, sys
folder = sys.argv[1] + "/"
listed = json.load(open(folder + "index.json"))["manifests"]
for name, kind in (("ghcr.io/org/app:v1", "layers"), ("ghcr.io/org/docker:v1", "config")):
    digest = [m["digest"] for m in listed if m.get("annotations", {}).get(
        "org.opencontainers.image.ref.name") == name][0]
    part = json.load(open(folder + "blobs/sha256/" + digest[7:]))[kind]
    print((part[0] if kind == "layers" else part)["digest"][7:])
PYTHON
)

# Corrupt: exit 1.
printf 'X' | dd of="$WORK/layout/blobs/sha256/${blobs[0]}" bs=1 seek=20 conv=notrunc status=none
status=0
create 2>"$WORK/err" || status=$?
expect "with a corrupt layer" $status 1
grep -q "${blobs[0]}" "$WORK/err" || fail "the blob is not named: $(cat "$WORK/err")"
expect "files after it" "$(ls -A "$WORK/out")" ""

# Missing: exit 3, all of them named.
rm "$WORK/layout/blobs/sha256/${blobs[0]}" "$WORK/layout/blobs/sha256/${blobs[1]}"
status=0
create 2>"$WORK/err" || status=$?
expect "with missing blobs" $status 3
grep -q "ghcr.io/org/app:v1: blob sha256:${blobs[0]}" "$WORK/err" || fail "$(cat "$WORK/err")"
grep -q "ghcr.io/org/docker:v1: blob sha256:${blobs[1]}" "$WORK/err" || fail "$(cat "$WORK/err")"
expect "files after it" "$(ls -A "$WORK/out")" ""

# The bundle of before stays.
echo 'the bundle of before' >"$WORK/out/b.tar"
create 2>/dev/null && fail "create succeeded"
expect "the file of before" "$(cat "$WORK/out/b.tar")" 'the bundle of before'

# And once everything is there, it is replaced.
rm -r "$WORK/layout"
mv "$WORK/good" "$WORK/layout"
create
"$AIRGAP" bundle verify --quiet "$WORK/out/b.tar"
expect "files in the end" "$(ls -A "$WORK/out")" b.tar
