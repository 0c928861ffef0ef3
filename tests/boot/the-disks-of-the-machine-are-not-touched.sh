#!/usr/bin/env bash
# timeout: 300
# one-of: drivers-or-disks
# Disks that were in the machine before are neither mounted nor written, whatever is on them. The
# one that is written is a volume labelled AIRGAP-STATE: the CA of an appliance whose image has none
# is kept there.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.ext4 mkswap sgdisk e2fsck debugfs

disks=(ext4 swap blank claims)
for name in "${disks[@]}" state; do truncate -s 64M "$WORK/$name"; done
mkfs.ext4 -q -L DATA "$WORK/ext4"
mkswap -q "$WORK/swap"
# One that looks like ours by its name alone.
sgdisk -n 1:2048 -c 1:airgap-state "$WORK/claims" >/dev/null
mkfs.ext4 -q -L AIRGAP-STATE "$WORK/state"
for name in "${disks[@]}"; do sha256_of "$WORK/$name" >"$WORK/$name.before"; done

options=(--disk "$WORK/state")
for name in "${disks[@]}"; do options+=(--disk "$WORK/$name"); done
boot_with_shell "${options[@]}" "$BASE_ISO"
wait_until_it_serves
wait_for 60 "the last disk" in_guest "[ -b /dev/vde ]"
wait_for 60 "the volume for state" in_guest "grep -q '^/dev/vda .*/state ext4' /proc/mounts"
wait_for 60 "the CA on it" in_guest "[ -s /run/airgap/state/identity/ca.pem ]"
sleep 5
in_guest "grep '/dev/vd[b-e]' /proc/mounts" && fail "a disk is mounted"
in_guest "grep /dev /proc/swaps" && fail "a disk is used for swap"
status_has 'v["notices"] == [] and v["problems"] == []' || fail "$(cat "$WORK/status.json")"
in_guest "sync"
kill "$LAST_PID"
for _ in {1..100}; do
  kill -0 "$LAST_PID" 2>/dev/null || break
  sleep 0.1
done
for name in "${disks[@]}"; do
  expect "disk $name afterwards" "$(sha256_of "$WORK/$name")" "$(cat "$WORK/$name.before")"
done
e2fsck -p "$WORK/state" || [ $? -le 1 ] || fail "the volume for state is damaged"
debugfs -R "cat /identity/ca.pem" "$WORK/state" 2>/dev/null | cmp - "$WORK/ca.pem" ||
  fail "the CA on the volume is another one"
