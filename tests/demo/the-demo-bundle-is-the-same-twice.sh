#!/usr/bin/env bash
# timeout: 300
# Made again from the same inputs, the bundle has the same bytes; and it verifies.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
"$ROOT/scripts/demo-bundle" "$WORK/again.tar"
cmp "$DEMO" "$WORK/again.tar" || fail "$DEMO and a second one differ: is it older than its inputs?"
"$AIRGAP" bundle verify "$DEMO"
size=$(stat -c %s "$DEMO")
[ "$size" -le $((160 * 1048576)) ] || fail "the demo bundle has $size bytes"
