#!/usr/bin/env bash
# timeout: 600
# waits
# Between push and registry stands what drops, cuts, delays, corrupts, answers 5xx and lets tokens
# run out at moments that a seed says. A push that ends well has pushed everything, byte by byte;
# any other says what is missing, and the same command goes on; killed at any moment, too.
# AIRGAP_PUSHES says how many, each into an empty registry.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
take_seed
"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
  --asset "boot/kernel=$ROOT/tests/lib.sh" --file "$WORK/b.tar"
runs=${AIRGAP_PUSHES:-20}
whole=0 said=0 killed=0
for ((run = 1; run <= runs; run++)); do
  rm -rf "$WORK/storage"
  start_docker_registry
  registry=$LAST_PID direct=$port
  port=$(free_port)
  # One of three wants tokens, which run out on the way.
  tokens=()
  [ $((RANDOM % 3)) -ne 0 ] || tokens=($((1 + RANDOM % 9)))
  background proxy "$ROOT/tests/handoff/faulty-proxy" "$port" "$direct" "$RANDOM" \
    $((2 + RANDOM % 20)) "${tokens[@]}"
  proxy=$LAST_PID
  wait_for 10 "the proxy" curl -s -o /dev/null "http://127.0.0.1:$port/healthz"
  preflight() {
    "$AIRGAP" preflight --quiet --deep --bundle "$WORK/b.tar" --registry "http://127.0.0.1:$direct"
  }
  # One of three is killed on the way.
  limit=(env)
  [ $((RANDOM % 3)) -ne 0 ] || limit=(timeout --signal=KILL "0.$((RANDOM % 9 + 1))")
  status=0
  "${limit[@]}" "$AIRGAP" push --quiet --bundle "$WORK/b.tar" --to "http://127.0.0.1:$port" \
    2>"$WORK/error" || status=$?
  if [ $status -eq 0 ]; then
    preflight || fail "run $run: it ended well, and not all is there"
    whole=$((whole + 1))
  else
    if [ $status -eq 137 ]; then killed=$((killed + 1)); else
      [ -s "$WORK/error" ] || fail "run $run: it ended with $status and said nothing"
      said=$((said + 1))
    fi
    kill "$proxy"
    wait "$proxy" || true
    "$AIRGAP" push --quiet --bundle "$WORK/b.tar" --to "http://127.0.0.1:$direct"
    preflight || fail "run $run: not all is there after going on"
  fi
  kill "$proxy" 2>/dev/null || true
  kill "$registry"
  wait "$registry" "$proxy" 2>/dev/null || true
  LAST_PID=
done
echo "$runs pushes: $whole whole, $said said what was missing, $killed killed"
[ $whole -gt 0 ] || fail "none came through"
