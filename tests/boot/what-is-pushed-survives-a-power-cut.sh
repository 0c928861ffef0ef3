#!/usr/bin/env bash
# timeout: 400
# The machine loses its power in the middle of pushes: after the next boot everything that was
# acknowledged is there byte by byte, and nothing of the rest. The seed says when.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need mkfs.ext4

take_seed
truncate -s 512M "$WORK/disk"
mkfs.ext4 -q "$WORK/disk"

start_machine() {
  boot_with_shell --disk "$WORK/disk" "$APPLIANCE_ISO"
  wait_until_it_serves
  in_guest "modprobe ext4; [ -b /dev/vda ]"
  let_the_guest_push_to -t ext4 /dev/vda
}

start_machine
for pusher in 1 2 3; do push_blobs $pusher & done
wait_for 60 "a push" test -s "$WORK/acknowledged.1"
sleep $((RANDOM % 5)).$((RANDOM % 10))
kill -9 "$LAST_PID"
wait
rm -f "$WORK/ca.pem"
start_machine
expect_acknowledged 1
files=$(in_guest "find /run/push/uploads -type f | wc -l")
expect "files of upload sessions" "$files" 0
