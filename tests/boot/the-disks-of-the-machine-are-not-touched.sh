#!/usr/bin/env bash
# timeout: 300
# A disk that was in the machine before is neither mounted nor written, whatever is on it.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.ext4
truncate -s 64M "$WORK/disk.img"
mkfs.ext4 -q -L DATA "$WORK/disk.img"
before=$(sha256_of "$WORK/disk.img")
boot_with_shell --disk "$WORK/disk.img" "$BASE_ISO"
wait_until_it_serves
wait_for 30 "the disk" in_guest "[ -b /dev/vda ]"
sleep 5
in_guest "grep /dev/vda /proc/mounts" && fail "the disk is mounted"
kill "$LAST_PID"
for _ in {1..100}; do
  kill -0 "$LAST_PID" 2>/dev/null || break
  sleep 0.1
done
expect "the disk afterwards" "$(sha256_of "$WORK/disk.img")" "$before"
