#!/usr/bin/env bash
# timeout: 300
# Beside the DHCP server of a site, which knows nothing of it, `cozy-airgap netboot` has machines of
# BIOS with iPXE in the adapter, of UEFI, for amd64 and arm64, and of UEFI HTTP boot load iPXE and
# then what the bundle carries; each has its address from the site's server, and the status tells
# how far each of them got.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/fixture.bash"
alone_without_root
start_network
start_site_dhcp
make_node_bundle "$WORK/t.tar"
start_netboot "$WORK/t.tar"
# One of the four here, by the seed; with AIRGAP_FIRMWARE=all, as `make soak` has it, each.
take_seed
all=(bios pxe http arm64)
firmwares=("${all[RANDOM % 4]}")
[ "${AIRGAP_FIRMWARE:-}" != all ] || firmwares=("${all[@]}")
for firmware in "${firmwares[@]}"; do
  start_machine "$firmware" "$firmware"
  mac=$(mac "$MACHINES")
  loads_its_kernel "$firmware"
  says "$firmware" "asking what $mac boots" || fail "it did not ask by its name"
  wait_for 10 "how far it got" node_is "$mac" 'n["step"] == "kernel" and n["bytesSent"] > 100000'
  node_is "$mac" 'n["address"].startswith("10.77.0.1") and n["uuid"] != ""' ||
    fail "$(cat "$WORK/status.json")"
  stop_machine
  [ $firmware != pxe ] || says pxe "Start PXE over IPv4" || fail "that was no PXE"
  [ $firmware != http ] || says http "Start HTTP Boot over IPv4" || fail "that was no HTTP boot"
done
