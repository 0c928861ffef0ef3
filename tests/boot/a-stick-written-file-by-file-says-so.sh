#!/usr/bin/env bash
# one-of: volumes
# timeout: 300
# A tool in its file-copy mode makes a FAT stick of the files on the ISO, which boots and has no
# bundle: the appliance says why, and how to write the stick. So it does of another stick, one that
# the image was cut off on.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.vfat mcopy xorriso
need_file "$APPLIANCE_ISO" "make image"

mkdir "$WORK/files"
xorriso -report_about FAILURE -osirrox on -indev "$APPLIANCE_ISO" -extract / "$WORK/files" \
  2>/dev/null
chmod -R u+w "$WORK/files"
make_volume "$WORK/stick.img" COZY-AIRGAP 100 -s "$WORK"/files/*
head -c 80000000 "$APPLIANCE_ISO" >"$WORK/cut.img"
boot --uefi --usb --drive "$WORK/cut.img" "$WORK/stick.img"
wait_until_it_serves
problem="this was booted from a copy of files"
wait_for 60 "why there is no bundle" status_has "any('$problem' in p for p in v['problems'])"
wait_for 30 "it on the console" console_shows "$problem"
wait_for 60 "what the other stick lacks" status_has \
  "any('has only 80000000 of the image' in p for p in v['problems'])"
