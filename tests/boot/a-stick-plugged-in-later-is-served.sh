#!/usr/bin/env bash
# timeout: 300
# one-of: killed-or-plugged-in
# The base ISO alone is a working appliance that has nothing yet. The bundle of another appliance's
# stick is served, but its site file is not used: nobody gets to push by plugging one in. A volume
# labelled AIRGAP with a bundle on it, whole or in parts, is found when it comes and dropped when it
# goes. One that is pulled out in the middle of a transfer ends that transfer and
# nothing else; when it is back the client goes on where it was.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need mkfs.vfat mcopy
need_file "$DEMO" "make build/demo-bundle.tar"
mkdir "$WORK/parts"
head -c 90000000 /dev/urandom >"$WORK/disk"
"$AIRGAP" bundle create --quiet --name parted --version 1 --asset "boot/disk=$WORK/disk" \
  --split 64M --file "$WORK/parts/parted.tar"
make_volume "$WORK/stick.img" AIRGAP-MORE $(($(stat -c %s "$DEMO") / 1048576 + 64)) "$DEMO"
make_volume "$WORK/parts.img" AIRGAP-PART 160 "$WORK"/parts/*
make_volume "$WORK/other.img" HOLIDAYS 16 "$0"
serves() { status_has "[b[\"name\"] for b in v[\"bundles\"]] == [$1]"; }

boot_with_shell "$BASE_ISO"
wait_until_it_serves
wait_for 60 "a status without bundles" serves ""
make_site_image "name: Rack 7"
plug "$WORK/site.iso" strange
wait_for 60 "the bundle of a strange stick" serves '"demo"'
status_has 'v["siteName"] == "" and v["problems"] == []' || fail "$(cat "$WORK/status.json")"
expect "a push by its users" "$(curl -s -m 10 --cacert "$WORK/ca.pem" -o "$WORK/body" \
  -w '%{http_code}' -K "$(as_pusher)" -X POST \
  "https://localhost:$PORT_REGISTRY/v2/site.example/app/blobs/uploads/")" 405
unplug strange
wait_for 60 "a status without it" serves ""

plug "$WORK/other.img" other
plug "$WORK/stick.img" stick
wait_for 60 "the bundle of the stick" serves '"demo"'
ask "$PORT_REGISTRY" /boot/vmlinuz -o "$WORK/kernel"
expect "a boot asset" "sha256:$(sha256_of "$WORK/kernel")" "$(asset_blob boot/vmlinuz)"
unplug stick
wait_for 60 "a status without the stick" serves ""

plug "$WORK/parts.img" parts
wait_for 60 "the bundle in parts" serves '"parted"'
# On both sides of the end of the first part.
ask "$PORT_REGISTRY" /boot/disk -r 66000000-69999999 -m 60 -o "$WORK/got"
cmp -n 4000000 -i 66000000:0 "$WORK/disk" "$WORK/got"

rm "$WORK/got"
ask "$PORT_REGISTRY" /boot/disk -m 120 --limit-rate 8M -o "$WORK/got" &
pull=$!
has_begun() { [ -e "$WORK/got" ] && [ "$(stat -c %s "$WORK/got")" -gt 1000000 ]; }
wait_for 30 "the first megabyte" has_begun
unplug parts
wait_for 60 "a status without the parts" serves ""
# All of it may be in the page cache by then: what has come is right in any case.
if wait $pull; then
  echo "the transfer came to its end without the stick"
  cmp "$WORK/disk" "$WORK/got"
  truncate -s 50000000 "$WORK/got"
fi
cmp -n "$(stat -c %s "$WORK/got")" "$WORK/disk" "$WORK/got"
answers || fail "the registry does not answer any more"
status=$(ask "$PORT_REGISTRY" /boot/disk -o "$WORK/body" -w '%{http_code}') || true
expect "without the stick" "$status" 404
plug "$WORK/parts.img" again
wait_for 60 "the bundle in parts, again" serves '"parted"'
kept=$(stat -c %s "$WORK/got")
ask "$PORT_REGISTRY" /boot/disk -m 120 -C - -o "$WORK/got"
cmp "$WORK/disk" "$WORK/got"
echo "went on after $kept bytes"
status_has 'all(s["state"] == "up" for s in v["services"])' || fail "$(cat "$WORK/status.json")"
