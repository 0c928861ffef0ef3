#!/usr/bin/env bash
# one-of: built-again
# timeout: 300
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need skopeo qemu-system-x86_64
export AIRGAP_RUN_FOLDER=$WORK/run
at_end "$ROOT/scripts/stop-appliance --quiet"
begin=$SECONDS
"$ROOT/scripts/run-appliance" | tee "$WORK/out"
echo "serving after $((SECONDS - begin)) s"
bash -euo pipefail -c "$(grep -E '^ *skopeo copy ' "$WORK/out")"
[ -s "$WORK/run/busybox/index.json" ] || fail "nothing was pulled"
begin=$SECONDS
"$ROOT/scripts/run-appliance" >"$WORK/again"
[ $((SECONDS - begin)) -le 10 ] || fail "telling again took $((SECONDS - begin)) s"
grep -q 'The appliance serves' "$WORK/again" || fail "the second time: $(cat "$WORK/again")"
"$ROOT/scripts/stop-appliance" | finds 'is stopped' || fail "make stop"
[ ! -e "$WORK/run/pid" ] || fail "make stop left its pid file"
