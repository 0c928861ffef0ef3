#!/usr/bin/env bash
# A base that lacks blobs: they are listed, the exit status is 3 and no file appears. A damaged
# base: the blob is named, and no file appears either.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/delta.bash"

make_releases
"$AIRGAP" bundle create --quiet "${create_new[@]}" --base "$WORK/old.tar" --file "$WORK/delta.tar"
"$AIRGAP" bundle create --quiet --name t --version 0 --from "oci:$WORK/old" --file "$WORK/wrong.tar"
expect_status 3 "$AIRGAP" --output json bundle merge "$WORK/wrong.tar" "$WORK/delta.tar" \
  --file "$WORK/merged.tar"
comm -23 <(comm -12 <(blobs "$WORK/old.tar") <(blobs "$WORK/new.tar")) <(blobs "$WORK/wrong.tar") |
  sed 's/^/sha256:/' >"$WORK/wanted"
json "$WORK/out" '"\n".join(sorted(v["missing"]))' | cmp - "$WORK/wanted"
while read -r digest; do
  grep -q "missing: blob $digest" "$WORK/err" || fail "$digest is not named"
done <"$WORK/wanted"

expect_status 2 "$AIRGAP" bundle merge "$WORK/delta.tar" "$WORK/old.tar" --file "$WORK/merged.tar"
grep -q 'is no delta' "$WORK/err" || fail "$(cat "$WORK/err")"
expect_status 3 "$AIRGAP" bundle merge "$WORK/old.tar" "$WORK/gone.tar" --file "$WORK/merged.tar"

kernel=sha256:$(sha256_of "$WORK/kernel")
flip_byte_of_blob "$WORK/old.tar" "$kernel" 1234567
expect_status 1 "$AIRGAP" bundle merge "$WORK/old.tar" "$WORK/delta.tar" --file "$WORK/merged.tar"
grep -q "$kernel" "$WORK/err" || fail "$(cat "$WORK/err")"
expect_status 1 "$AIRGAP" bundle verify "$WORK/delta.tar" --base "$WORK/old.tar"
grep -q "$kernel" "$WORK/err" || fail "$(cat "$WORK/err")"
expect "files left over" "$(find "$WORK" -name 'merged.tar*' -o -name '*partial*' | wc -l)" 0
