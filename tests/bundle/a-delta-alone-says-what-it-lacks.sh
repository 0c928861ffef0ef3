#!/usr/bin/env bash
# verify proves what a delta has and says what it did not prove; with the base it proves all of it.
# As a source a delta is not enough.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/delta.bash"

make_releases
"$AIRGAP" bundle create --quiet "${create_new[@]}" --base "$WORK/old.tar" --file "$WORK/delta.tar"
absent=$(comm -12 <(blobs "$WORK/old.tar") <(blobs "$WORK/new.tar") | wc -l)
"$AIRGAP" bundle verify "$WORK/delta.tar" >"$WORK/out"
grep -q "leaves out $absent blobs, .*NOT proven" "$WORK/out" || fail "$(cat "$WORK/out")"
! grep -q 'is whole' "$WORK/out" || fail "$(cat "$WORK/out")"
"$AIRGAP" --output json bundle verify "$WORK/delta.tar" --base "$WORK/old.tar" >"$WORK/report.json"
expect "verified in the base" \
  "$(json "$WORK/report.json" 'v["bundles"][0]["absentVerifiedInBases"]')" "$absent"
"$AIRGAP" bundle verify "$WORK/delta.tar" --base "$WORK/old.tar" | finds 'is whole'

"$AIRGAP" bundle create --quiet --name x --version 1 --from "oci:$WORK/more" --file "$WORK/x.tar"
expect_status 1 "$AIRGAP" bundle verify "$WORK/delta.tar" --base "$WORK/x.tar"
expect "absent blobs named" "$(grep -c 'is absent from' "$WORK/err")" "$absent"
expect_status 3 "$AIRGAP" bundle create --name t --version 2 --from "bundle:$WORK/delta.tar" \
  --file "$WORK/again.tar"
grep -q 'which is a delta; merge it' "$WORK/err" || fail "$(cat "$WORK/err")"
