#!/usr/bin/env bash
# timeout: 300
# one-of: drivers-or-disks
# One machine with adapters of five kinds, one of which has no cable, and a bundle on each of six
# buses: every adapter that can gets an address, every bundle is served. It has no serial port: all
# that people need stands on its screen.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.ext4 mcopy

BUSES="nvme ahci scsi ide disk drive"
options=()
for bus in $BUSES; do
  echo "a file on $bus" >"$WORK/asset"
  "$AIRGAP" bundle create --quiet --name "on-$bus" --version 1 --asset "boot/$bus=$WORK/asset" \
    --file "$WORK/$bus.tar"
  make_volume "$WORK/$bus.img" "AIRGAP-$(cut -c 1-4 <<<"${bus^^}")" 32 "$WORK/$bus.tar"
  options+=("--$bus" "$WORK/$bus.img")
done
for nic in virtio-net-pci e1000 rtl8139 e1000e vmxnet3; do options+=(--nic "$nic"); done
boot_with_shell --serial none "${options[@]}" "$BASE_ISO"
monitor "set_link net1 off"
wait_until_it_serves
wait_for 60 "four addresses" in_guest "[ \$(ip -4 addr | grep -c 'inet 10.0.') = 4 ]"
wait_for 60 "six bundles" status_has 'len(v["bundles"]) == 6'
for bus in $BUSES; do
  expect "what is on $bus" "$(ask "$PORT_REGISTRY" "/boot/$bus")" "a file on $bus"
done
status_has 'v["problems"] == []' || fail "$(cat "$WORK/status.json")"
monitor "set_link net1 on"
wait_for 60 "the fifth address" in_guest "[ \$(ip -4 addr | grep -c 'inet 10.0.') = 5 ]"

fingerprint=$(openssl x509 -in "$WORK/ca.pem" -outform der | sha256sum | cut -d ' ' -f 1)
for text in "$fingerprint" 10.0.2.15; do
  screen_shows "$text" || fail "the screen shows: $(in_guest "cat /dev/vcs1")"
done
