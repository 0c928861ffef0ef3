#!/usr/bin/env bash
# timeout: 300
# A volume labelled AIRGAP with a bundle on it, whole or in parts, is found when it comes and dropped
# when it goes.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
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

boot --bios --cd "$BASE_ISO"
wait_until_it_serves
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
unplug parts
wait_for 60 "a status without the parts" serves ""
