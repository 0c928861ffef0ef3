#!/usr/bin/env bash
# waits
# Before anything is pushed, the appliance tells what the registry lacks, and changes nothing. While
# it pushes over a slow line, the API, the page and the command that waits tell how much is done and
# how long the rest takes.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/appliance.bash"
alone_on_the_network
need tc
start_network
make_target with-login
make_handoff_site
start_appliance kept
! handoff plan >"$WORK/out" 2>&1 || fail "nobody answers: $(cat "$WORK/out")"
finds "^stopped  *.*$TARGET_ADDRESS" <"$WORK/out" || fail "$(cat "$WORK/out")"
handoff_is 'v["phase"] == "seeding" and "missing" not in v' || fail "$(cat "$WORK/handoff.json")"

start_target with-login
handoff plan >"$WORK/out"
finds "^missing  *[0-9]* of [0-9]* blobs, .* MiB, and [0-9]* manifests; .* must have room" \
  <"$WORK/out" || fail "$(cat "$WORK/out")"
handoff_is 'v["phase"] == "seeding" and v["missing"]["bytes"] > 30 << 20' ||
  fail "$(cat "$WORK/handoff.json")"
[ ! -e "$WORK/storage/docker/registry/v2/repositories" ] || fail "a plan wrote something"
page() { curl -sf -m 10 --cacert "$CA" "https://$SEED/" -o "$WORK/page"; }
page_says() { page && grep -q -E "$1" "$WORK/page"; }
page_says "it lacked [0-9]* of [0-9]* blobs" || fail "$(cat "$WORK/page")"
page_says "the registry lacks [0-9]* of" || fail "$(cat "$WORK/page")"

# Some five seconds long.
tc qdisc add dev lo root tbf rate 120mbit burst 256k latency 400ms
handoff start --wait >"$WORK/out" 2>"$WORK/progress" &
PIDS+=("$!")
wait_for 20 "that some is pushed" handoff_is \
  'v["step"] == "pushing" and 0 < v["doneBytes"] < v["totalBytes"] and 0 < v["etaSeconds"] < 600'
wait_for 10 "the page" page_says "pushing, [0-9]+ %, about [0-9]+ min left"
tc qdisc del dev lo root
wait "${PIDS[-1]}" || fail "$(cat "$WORK/out" "$WORK/progress")"
handoff_is 'v["phase"] == "verified"' || fail "$(cat "$WORK/handoff.json")"
handoff plan >"$WORK/out"
finds "^missing  *0 of" <"$WORK/out" || fail "$(cat "$WORK/out")"
handoff_is 'v["phase"] == "verified"' || fail "a plan costs the proof: $(cat "$WORK/handoff.json")"
