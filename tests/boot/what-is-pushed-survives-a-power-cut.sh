#!/usr/bin/env bash
# timeout: 400
# The machine loses its power in the middle of pushes: after the next boot everything that was
# acknowledged is there byte by byte, and nothing of the rest. The seed says when.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need mkfs.ext4

SEED=${AIRGAP_SEED:-$RANDOM}
RANDOM=$SEED
echo "seed $SEED (AIRGAP_SEED=$SEED repeats it)"
truncate -s 512M "$WORK/disk"
mkfs.ext4 -q "$WORK/disk"

start_machine() {
  boot_with_shell --disk "$WORK/disk" "$APPLIANCE_ISO"
  wait_until_it_serves
  in_guest "modprobe ext4; [ -b /dev/vda ]"
  let_the_guest_take_pushes -t ext4 /dev/vda
  LOGIN=$(as_pusher)
}

# push_blobs NUMBER: one blob after the other until the machine is gone; what was acknowledged is
# in WORK/acknowledged.
push_blobs() {
  local count digest status
  for ((count = 1; ; count++)); do
    head -c $((20000 + RANDOM * 20)) /dev/urandom >"$WORK/blob.$1.$count"
    digest=sha256:$(sha256_of "$WORK/blob.$1.$count")
    status=$(curl -s -m 60 --cacert "$CA" -K "$LOGIN" -o "$WORK/body.$1" -w '%{http_code}' -X POST \
      --data-binary "@$WORK/blob.$1.$count" \
      "$URL/v2/site.example/app/blobs/uploads/?digest=$digest") || return 0
    [ "$status" = 201 ] || fail "push: $status $(cat "$WORK/body.$1")"
    echo "$digest $WORK/blob.$1.$count" >>"$WORK/acknowledged.$1"
  done
}

start_machine
for pusher in 1 2 3; do push_blobs $pusher & done
sleep $((3 + RANDOM % 5)).$((RANDOM % 10))
kill -9 "$LAST_PID"
wait
cat "$WORK"/acknowledged.* >"$WORK/acknowledged"
count=$(wc -l <"$WORK/acknowledged")
[ "$count" -ge 3 ] || fail "only $count pushes were acknowledged"

rm -f "$WORK/ca.pem"
start_machine
while read -r digest file; do
  curl -sf -m 60 --cacert "$CA" -o "$WORK/got" "$URL/v2/site.example/app/blobs/$digest" ||
    fail "$digest was acknowledged and is lost"
  cmp "$file" "$WORK/got"
done <"$WORK/acknowledged"
files=$(in_guest "find /run/push/uploads -type f | wc -l")
expect "files of upload sessions" "$files" 0
echo "$count acknowledged pushes are there"
