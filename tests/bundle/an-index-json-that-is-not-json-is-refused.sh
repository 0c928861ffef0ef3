#!/usr/bin/env bash
# An index.json that is not JSON, or no image index, is refused: in a layout and in a tar.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
for text in '{not json' '' '[]' '{"schemaVersion":2}' '{"schemaVersion":2,"manifests":[{}]}' \
  '{"schemaVersion":2,"manifests":[{"mediaType":"x","digest":"sha256:12","size":1}]}'; do
  printf '%s' "$text" >"$WORK/layout/index.json"
  (cd "$WORK/layout" && tar -cf "$WORK/b.tar" --format ustar oci-layout index.json blobs/sha256/*)
  tar -C "$WORK/layout" -cf "$WORK/strict.tar" --format ustar oci-layout index.json
  for command in "verify $WORK/strict.tar" \
    "create --name t --version 1 --file $WORK/new.tar --from oci:$WORK/layout" \
    "create --name t --version 1 --file $WORK/new.tar --from oci-archive:$WORK/b.tar"; do
    status=0
    # shellcheck disable=SC2086 # words
    "$AIRGAP" bundle $command >"$WORK/out" 2>"$WORK/err" || status=$?
    expect "bundle $command with '$text'" $status 1
    grep -q 'index.json' "$WORK/err" || fail "index.json is not named: $(cat "$WORK/err")"
    expect "lines" "$(wc -l <"$WORK/err")" 1
    [ ! -e "$WORK/new.tar" ] || fail "a bundle was left"
  done
done
