#!/usr/bin/env bash
# create --base leaves out what the base holds; the delta has the identity of the whole bundle, and
# diff says beforehand what it carries.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/delta.bash"

make_releases
"$AIRGAP" --output json bundle create "${create_new[@]}" --base "$WORK/old.tar" \
  --file "$WORK/delta.tar" >"$WORK/created.json"
blobs "$WORK/old.tar" >"$WORK/old.blobs"
blobs "$WORK/new.tar" >"$WORK/new.blobs"
blobs "$WORK/delta.tar" >"$WORK/delta.blobs"
expect "blobs in base and delta" "$(comm -12 "$WORK/old.blobs" "$WORK/delta.blobs")" ""
cmp "$WORK/delta.blobs" <(comm -13 "$WORK/old.blobs" "$WORK/new.blobs")
[ -s "$WORK/delta.blobs" ] || fail "the delta is empty"
expect "absent" "$(json "$WORK/created.json" 'v["absentBlobs"]')" \
  "$(comm -12 "$WORK/old.blobs" "$WORK/new.blobs" | wc -l)"
for file in new delta; do tar -xOf "$WORK/$file.tar" index.json >"$WORK/$file.index"; done
cmp "$WORK/new.index" "$WORK/delta.index"

"$AIRGAP" --output json bundle diff "$WORK/old.tar" "$WORK/new.tar" >"$WORK/diff.json"
expect "blobs of the delta" "$(json "$WORK/diff.json" 'v["delta"]["blobs"]')" \
  "$(wc -l <"$WORK/delta.blobs")"
expect "changed" "$(json "$WORK/diff.json" \
  '" ".join(c["reference"] for c in v["references"]["changed"])')" ghcr.io/org/app:v1
json "$WORK/diff.json" '"\n".join(c["reference"] for c in v["references"]["added"])' |
  finds -x ghcr.io/org/more:v1
# A delta names all that the whole bundle does.
"$AIRGAP" --output json bundle diff "$WORK/old.tar" "$WORK/delta.tar" | cmp - "$WORK/diff.json"
"$AIRGAP" bundle diff "$WORK/new.tar" "$WORK/new.tar" | finds 'a delta carries 0 blobs, 0 B'
"$AIRGAP" bundle inspect "$WORK/delta.tar" | finds 'leaves out'
expect_status 2 "$AIRGAP" bundle diff "$WORK/old.tar"
expect_status 3 "$AIRGAP" bundle diff "$WORK/old.tar" "$WORK/nothing.tar"
