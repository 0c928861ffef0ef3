#!/usr/bin/env bash
# A bundle or an archive that is cut off is refused with one line, and no crash, wherever the cut.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
  --file "$WORK/whole.tar"
size=$(stat -c %s "$WORK/whole.tar")

for cut in 0 1 511 512 700 1024 1536 2048 $((size / 2)) $((size - 1600)); do
  head -c "$cut" "$WORK/whole.tar" >"$WORK/cut.tar"
  status=0
  "$AIRGAP" bundle verify "$WORK/cut.tar" >"$WORK/out" 2>"$WORK/err" || status=$?
  expect "verify of $cut bytes" $status 1
  grep -q '^cozy-airgap: ' "$WORK/err" || fail "verify of $cut bytes says nothing"
  for source in "bundle:$WORK/cut.tar" "oci-archive:$WORK/cut.tar"; do
    status=0
    "$AIRGAP" bundle create --quiet --name t --version 1 --from "$source" \
      --file "$WORK/new.tar" >"$WORK/out" 2>"$WORK/err" || status=$?
    [[ $status = [13] ]] || fail "create from $cut bytes of $source: exit $status"
    grep -q '^cozy-airgap: ' "$WORK/err" || fail "create from $cut bytes says nothing"
    [ ! -e "$WORK/new.tar" ] || fail "create from $cut bytes left a bundle"
  done
done
