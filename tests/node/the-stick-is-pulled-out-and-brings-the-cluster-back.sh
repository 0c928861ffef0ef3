#!/usr/bin/env bash
# timeout: 600
# one-of: the-whole-way
# From the first boot to the drawer and back, in QEMU: a bare machine boots over the network as a
# Talos node and pulls from the appliance; everything is handed over to a registry and read back;
# the node's config is patched by Talos's own code, and its probe, pulled by its new mirrors, tells
# the appliance, which is retired and switched off. The node goes on without it. When the registry
# is lost, the same stick boots again, still knows that it is retired, and serves again on command,
# under the same CA.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/../netboot/fixture.bash"
. "$(dirname "$0")/../handoff/fixture.bash"
. "$(dirname "$0")/fixture.bash"
alone_without_root
# The registry is this host's, under the name that the cluster has for it.
TARGET_ADDRESS=$HOST TARGET_NAME=registry.cozy-system
make_target without-login
mapfile -t handoff < <(
  echo "control: {users: [{name: $PUSH_USER, password: '$(echo "$PUSH_PASSWORD" |
    "$AIRGAP" login hash)'}]}"
  echo "handoff:"
  echo "  registry: $TARGET"
  echo "  address: $HOST"
  echo "  ca: |"
  sed 's/^/    /' "$TARGET_CA"
  echo "  nodes: [{name: node1, address: 10.77.0.60}]"
  echo "  replaced: {dhcp: 10.77.0.1, dns: 10.77.0.1, ntp: 10.77.0.1}"
)
start_appliance_for_nodes 1 "${handoff[@]}"
start_node bios
wait_for 240 "the node to be done" says bios "node: is done"
says bios "node: pulled $INSTALLER from https://$SEED:5000/v2" || fail "it pulled elsewhere"
wait "$LAST_PID" || true
LAST_PID=

start_target without-login
handoff() {
  AIRGAP_PASSWORD=$PUSH_PASSWORD "$AIRGAP" handoff "$1" --appliance "https://$SEED" --ca "$CA" \
    --user "$PUSH_USER" "${@:2}"
}
handoff start --wait >"$WORK/out" || fail "$(cat "$WORK/out")"
status_knows 'v["state"] == "verified"' || fail "$(cat "$WORK/status.json")"
api=https://$SEED/api/v1/handoff
curl -sf --cacert "$CA" "$api/runbook" -o "$WORK/runbook"
finds -F -e ">configs/node1.yaml" <"$WORK/runbook" || fail "$(cat "$WORK/runbook")"

config=$(echo "$WORK"/configs/*.yaml)
mkdir "$WORK/now"
cp "$config" "$WORK/now/node1.yaml"
"$AIRGAP" handoff cutover --appliance "https://$SEED" --ca "$CA" --talos v1.13.6 \
  --configs "$WORK/now" --dir "$WORK/cutover" >"$WORK/out"
finds -F "talosctl -n 10.77.0.60 patch machineconfig --mode=try" <"$WORK/out" ||
  fail "$(cat "$WORK/out")"
"$ROOT/build/peers/talosconf-v1.13" apply "$config" "$WORK"/cutover/node1/*.yaml \
  >"$WORK/cutover.yaml"
curl -sf --cacert "$CA" "$api/probe.yaml" |
  sed -n -E 's|^ *image: (([^/]*)/.*)$|\1|p' >"$WORK/probes"
# Each upstream's probe, as kubelet starts the containers of the DaemonSet.
mapfile -t probes <"$WORK/probes"
start_from_disk probes "$WORK/cutover.yaml" 10.77.0.60 "${probes[@]}"
wait_for 180 "the node's probes" says probes "node: is done"
wait "$LAST_PID" || true
LAST_PID=
for probe in "${probes[@]}"; do
  says probes "node: pulled $probe from https://registry.cozy-system:" || fail "elsewhere: $probe"
done
expect "reports" "$(says_all probes | grep -c "pulled this from the registry that takes over")" \
  "${#probes[@]}"
! handoff retire 2>"$WORK/error" || fail "Talos itself is not proven"
finds -F -e "by Talos" <"$WORK/error" || fail "$(cat "$WORK/error")"
handoff talos node1 >"$WORK/out"
handoff retire >"$WORK/out" || fail "$(cat "$WORK/out")"
curl -sf --cacert "$CA" "$api/receipt.pem" -o "$WORK/receipt.pem"
openssl cms -verify -inform PEM -in "$WORK/receipt.pem" -CAfile "$CA" -purpose any \
  -out "$WORK/receipt.json"
expect "the receipt's nodes" "$(json "$WORK/receipt.json" '[n["name"] for n in v["nodes"]]')" \
  '["node1"]'
expect "a pull from the appliance" "$(curl -s --cacert "$CA" -o "$WORK/body" -w '%{http_code}' \
  "https://$SEED:5000/v2/ghcr.io/cozystack/demo/debian/manifests/13")" 503
says_removed() { sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' "$WORK/serial.log" | finds -F "may be removed"; }
wait_for 30 "the console to say so" says_removed

# Switched off and gone: the node pulls what it needs.
kill -9 "$APPLIANCE"
start_from_disk without "$WORK/cutover.yaml" 10.77.0.60
wait_for 120 "the node without the appliance" says without "node: is done"
says without "node: pulled $INSTALLER from https://registry.cozy-system:" || fail "elsewhere"
says without "$INSTALLER_DIGEST" || fail "it is another image"
wait "$LAST_PID" || true
LAST_PID=

# The registry is lost. The stick comes out of the drawer.
kill "$TARGET_PID"
rm -f "$WORK/serial.log"
boot_stick
status_knows 'v["state"] == "retired"' || fail "it has forgotten: $(cat "$WORK/status.json")"
handoff rollback >"$WORK/out"
status_knows 'v["state"] == "recovery"' || fail "$(cat "$WORK/status.json")"
start_from_disk back "$config" 10.77.0.60
wait_for 120 "the node with its old config" says back "node: is done"
says back "node: pulled $INSTALLER from https://$SEED:5000/v2" || fail "elsewhere"
says back "$INSTALLER_DIGEST" || fail "it is another image"
