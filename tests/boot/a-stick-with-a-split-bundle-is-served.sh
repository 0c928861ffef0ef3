#!/usr/bin/env bash
# timeout: 300
# A bundle in parts on a FAT volume labelled AIRGAP is found by its manifest and served.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.vfat mcopy
mkdir "$WORK/parts"
head -c 90000000 /dev/urandom >"$WORK/disk"
"$AIRGAP" bundle create --quiet --name parted --version 1 --asset "boot/disk=$WORK/disk" \
  --split 64M --file "$WORK/parts/parted.tar"
make_volume "$WORK/stick.img" AIRGAP-PART 160 "$WORK"/parts/*
boot --bios --cd "$BASE_ISO"
wait_until_it_serves
plug "$WORK/stick.img" stick
wait_for 60 "the bundle of the stick" \
  status_has "[b[\"name\"] for b in v[\"bundles\"]] == [\"parted\"]"
# On both sides of the end of the first part.
ask "$PORT_REGISTRY" /boot/disk -r 66000000-69999999 -m 60 -o "$WORK/got"
cmp -n 4000000 -i 66000000:0 "$WORK/disk" "$WORK/got"
unplug stick
wait_for 60 "a status without the stick" status_has "v[\"bundles\"] == []"
