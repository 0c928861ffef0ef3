#!/usr/bin/env bash
# Once the registry has everything, and not before, one command writes for each listed node what has
# it pull from there, by the machine config that it has now, and prints what to try and what to
# keep. By Talos's own code: mirrors and the name lead to the registry and no longer to the
# appliance, the time comes from who replaces it, every certificate is checked. A config in which
# one is not is refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/appliance.bash"
alone_on_the_network
start_network
TARGET_NAME=registry.cozy-system
start_target with-login
make_handoff_site "address: $TARGET_ADDRESS" "replaced: {ntp: 10.77.0.1}"
start_appliance kept
TALOS=$ROOT/build/peers/talosconf-v1.13
need_file "$TALOS" "make peers"

cutover() {
  "$AIRGAP" handoff cutover --appliance "https://$SEED" --ca "$CA" --dir "$WORK/cutover" "$@"
}
for_talos() { cutover --talos v1.13.6 --configs "$WORK/configs" "$@"; }
# refused EXIT-CODE TEXT COMMAND...
refused() {
  local status=0 want=$1 words=$2
  shift 2
  "$@" >"$WORK/out" 2>"$WORK/error" || status=$?
  expect "exit code of $*" "$status" "$want"
  finds -F -e "$words" <"$WORK/error" || fail "no '$words': $(cat "$WORK/error")"
}
refused 3 "has not been read back yet" for_talos
handoff start --wait >"$WORK/out" || fail "$(cat "$WORK/out")"
refused 2 "give --talos and --configs" cutover
refused 3 "talosctl -n node1 get machineconfig v1alpha1 -o jsonpath='{.spec}' >$WORK/configs" \
  for_talos

# What the nodes have: node1 documents, node2 the form of every version.
mkdir -p "$WORK/configs"
"$TALOS" gen >"$WORK/fresh.yaml"
seeded() {
  "$AIRGAP" mirrors render --quiet --bundle "$DEMO" --endpoint "$URL" --ca "$CA" --ntp "$SEED" \
    --host "$SEED=registry.cozy-system,seed.example.org" --node-config "$WORK/fresh.yaml" \
    --dir "$WORK/seeded" --talos v1.13.6 "$@"
  "$TALOS" apply "$WORK/fresh.yaml" "$WORK"/seeded/*.yaml
}
seeded --schema new >"$WORK/configs/node1.yaml"
seeded --schema old --insecure-until "$(date -u +%F)" >"$WORK/configs/node2.yaml"
refused 3 "does not have the certificate of $SEED:5000 checked" for_talos
seeded --schema old >"$WORK/configs/node2.yaml"
refused 2 "takes no --insecure-until" for_talos --insecure-until "$(date -u +%F)"

for_talos --cozystack v1.6.2 >"$WORK/out"
mapfile -t commands < <(grep "^talosctl" "$WORK/out")
expect "commands" "${#commands[@]}" 4
patches='( --patch @[^ ]*node1/[12]-[a-z]*.yaml){2}'
finds -E "^talosctl -n node1 patch machineconfig --mode=try --timeout=5m$patches$" \
  <<<"${commands[0]}" || fail "${commands[0]}"
finds -F "talosctl -n $NODE2 patch machineconfig --mode=no-reboot" <<<"${commands[3]}" ||
  fail "${commands[3]}"
grep -q "imageFactoryURL\|source-controller" "$WORK/cutover/cozystack-values.yaml"
! grep -r -E "insecureSkipVerify: true|https://$SEED" "$WORK/cutover" ||
  fail "it still leads to the appliance"
for node in node1 node2; do
  mapfile -t patches < <(grep -o "@[^ ]*/$node/[^ ]*" <<<"${commands[*]:2}")
  "$TALOS" apply "$WORK/configs/$node.yaml" "${patches[@]#@}" >"$WORK/after.yaml"
  "$TALOS" facts "$WORK/after.yaml" >"$WORK/facts.json"
  python3 - "$WORK/facts.json" "$TARGET" "$TARGET_ADDRESS" "$SEED" "$TARGET_CA" <<'PYTHON' ||
import json, sys
facts, target, address, seed = json.load(open(sys.argv[1])), *sys.argv[2:5]
assert len(facts["mirrors"]) >= 4, facts["mirrors"]
for upstream, mirror in facts["mirrors"].items():
    assert mirror == {"endpoints": [f"{target}/v2/{upstream}"], "overridePath": True,
                      "skipFallback": True}, (upstream, mirror)
assert facts["hosts"] == {address: ["registry.cozy-system"], seed: ["seed.example.org"]}, facts
assert facts["timeServers"] == ["10.77.0.1"], facts["timeServers"]
assert not any(facts["unchecked"].values()), facts["unchecked"]
assert open(sys.argv[5]).read().strip() in facts["roots"], facts["roots"]
PYTHON
    fail "$node: $(cat "$WORK/facts.json")"
done

# Nodes without Talos.
make_handoff_site "address: $TARGET_ADDRESS" "talos: false"
rm -rf "$WORK/cutover"
cutover >"$WORK/out"
grep -q "server = \"$TARGET/v2/ghcr.io\"" "$WORK/cutover/hosts/ghcr.io/hosts.toml" ||
  fail "$(cat "$WORK/cutover/hosts/ghcr.io/hosts.toml")"
