#!/usr/bin/env bash
# timeout: 300
# With mode dhcp in the site file and no other DHCP server, machines of BIOS, of UEFI (amd64 and
# arm64) and of UEFI HTTP boot get their addresses from this host and load what the bundle carries.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/fixture.bash"
alone_without_root
start_network
make_node_bundle "$WORK/t.tar"
make_dhcp_site "$WORK/site.yaml"
start_netboot "$WORK/t.tar" --site "$WORK/site.yaml"
# One of the four here, by the seed; with AIRGAP_FIRMWARE=all, as `make soak` has it, each.
take_seed
all=(bios pxe http arm64)
firmwares=("${all[RANDOM % 4]}")
[ "${AIRGAP_FIRMWARE:-}" != all ] || firmwares=("${all[@]}")
for firmware in "${firmwares[@]}"; do
  start_machine "$firmware" "$firmware"
  loads_its_kernel "$firmware"
  stop_machine
done
node_is "$(mac 1)" 'n["address"] == "10.77.0.41"' || fail "$(cat "$WORK/status.json")"
# It is their time server, too: a client of the kind that Talos nodes have takes its word.
background time "$ROOT/build/deps/musl/bin/busybox" ntpd -n -w -ddd -p "$HOST"
wait_for 10 "the time" grep -q "reply from $HOST: offset:[+-]0\.0" "$WORK/time.log"
