#!/usr/bin/env bash
# timeout: 500
# one-of: the-whole-way
# The whole way of a node, in QEMU, on a network with nothing but the appliance: a bare machine gets
# its address and iPXE from it, boots the kernel of the bundle, and does there, with Talos's own
# code, what Talos does: trusts the CA of its command line, fetches its machine config with the
# token of it, asks the appliance for the time, and pulls its installer as its mirrors say. The
# status tells each step, and the next time the machine is left to its disk.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/../netboot/fixture.bash"
. "$(dirname "$0")/fixture.bash"
alone_without_root
# One firmware here, by the seed; with AIRGAP_FIRMWARE=all, as `make soak` has it, both.
take_seed
all=(bios pxe)
firmwares=("${all[RANDOM % 2]}")
[ "${AIRGAP_FIRMWARE:-}" != all ] || firmwares=("${all[@]}")

start_appliance_for_nodes "${#firmwares[@]}"
for firmware in "${firmwares[@]}"; do
  start_node "$firmware"
  node=$(mac "$MACHINES")
  wait_for 240 "the node to be done" says "$firmware" "node: is done"
  says "$firmware" "node: has its machine config" || fail "it had none"
  says "$firmware" "node: asks for the time: $SEED" || fail "it asked somebody else"
  says "$firmware" "node: has the time $(date -u +%Y-%m-%dT%H:)" || fail "the time is another one"
  says "$firmware" "node: pulled $INSTALLER from https://$SEED:5000/v2" || fail "elsewhere"
  says "$firmware" "$INSTALLER_DIGEST" || fail "it is another image"
  echo "$firmware: its first blob $(first_blob_s "$firmware") s after power-on"
  seen="n['step'] == 'pull' and n['bytesSent'] > 1000000 and n['arch'] != ''"
  wait_for 20 "the node in the status" status_knows \
    "any(n['mac'] == '$node' and $seen and n['address'] != '' for n in v['nodes'])"
  status_knows "'$node' in v['configuredMachines']" || fail "it would be installed again"
  wait "$LAST_PID" || true
  LAST_PID=
done
status_knows '{d["kind"] for d in v["dependents"]} == {"dhcp", "dns", "ntp"}' ||
  fail "nobody depends on the appliance: $(cat "$WORK/status.json")"
curl -sf "http://$SEED/ipxe?mac=$node" | finds "reset it to install it again" ||
  fail "it is not left to its disk"
