#!/usr/bin/env bash
# timeout: 500
# one-of: registry-pushes-in-the-appliance
# State on the stick. Its partition is formatted at the first boot and nothing else is; the power
# goes five times in the middle of pushes, at moments that the seed says, and each time all that was
# acknowledged is there byte by byte, and nothing of the rest; after the last time the stick boots
# and serves again, with the CA that it had.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/../image/fixture.bash"
. "$(dirname "$0")/push.bash"
need debugfs e2fsck sgdisk

take_seed
# Without an identity, so that the CA is the state's affair.
make_site_image "name: Rack 7"
"$AIRGAP" image build --quiet --no-identity --state-size 128M --base "$BASE_ISO" \
  --site "$WORK/site.yaml" --file "$WORK/stick"
read -r _ _ first sectors < <(partition_called airgap-state "$WORK/stick")
head -c $((first * 512)) "$WORK/stick" | sha256sum >"$WORK/before"

keeps_leases() {
  in_guest "xargs -0 echo </proc/\$(pidof netbootd)/cmdline" |
    finds -F -e "--leases /run/airgap/state/dhcp/leases"
}
start_machine() {
  boot_with_shell --stick "$WORK/stick"
  wait_until_it_serves
  wait_until_it_takes_pushes
  wait_for 30 "the state volume" in_guest "grep -q ' /run/airgap/state ext4 ' /proc/mounts"
  wait_for 30 "leases on it" keeps_leases
  expect "where pushes go" "$(in_guest "stat -f -c %T /run/airgap/push")" "ext2/ext3"
}
# part NUMBER: the state partition as the medium has it at this moment.
part() {
  dd if="$WORK/stick" of="$WORK/state.$1" bs=512 skip="$first" count="$sectors" conv=sparse \
    status=none
}
# expect_whole NUMBER: what was acknowledged by then is there, to a registry that starts on it.
expect_whole() {
  local status=0
  e2fsck -p "$WORK/state.$1" >"$WORK/e2fsck" || status=$?
  [ $status -le 1 ] || fail "e2fsck: $(cat "$WORK/e2fsck")"
  rm -rf "$WORK/overlay"
  debugfs -R "rdump /push $WORK" "$WORK/state.$1" 2>/dev/null
  mv "$WORK/push" "$WORK/overlay"
  rm -rf "$WORK/state"
  start_push_serve
  expect_acknowledged 1 "$WORK/acknowledged-by.$1"
  expect "files of upload sessions" "$(find "$WORK/overlay/uploads" -type f | wc -l)" 0
  stop_serve
}

start_machine
ca=$(sha256_of "$WORK/ca.pem")
wait_for 30 "that the CA is kept" in_guest "[ -s /run/airgap/state/identity/ca.pem ]"
machine=$LAST_PID
for pusher in 1 2 3; do push_blobs $pusher & done
wait_for 60 "a push" test -s "$WORK/acknowledged.1"
# What the guest has not handed to its disk by now is what a power cut loses.
for cut in 1 2 3 4; do
  sleep $((RANDOM % 2)).$((RANDOM % 10))
  monitor stop
  part $cut
  cat "$WORK"/acknowledged.[123] >"$WORK/acknowledged-by.$cut"
  monitor cont
done
sleep $((RANDOM % 2)).$((RANDOM % 10))
kill -9 "$machine"
wait
head -c $((first * 512)) "$WORK/stick" | sha256sum -c --quiet "$WORK/before" ||
  fail "more than the state partition was written"
for cut in 1 2 3 4; do expect_whole $cut; done

rm -f "$WORK/ca.pem"
start_machine
expect "the CA" "$(sha256_of "$WORK/ca.pem")" "$ca"
expect_acknowledged 1
files=$(in_guest "find /run/airgap/push/uploads -type f | wc -l")
expect "files of upload sessions" "$files" 0
! status_has 'any("forgotten" in n for n in v["notices"])' || fail "it says that it will forget"
