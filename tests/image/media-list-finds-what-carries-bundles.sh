#!/usr/bin/env bash
# `media list` prints whole devices that carry bundles or a site file, with their kind, and nothing
# else of the machine.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"

make_bundle one 70000
build_image "$WORK/image.iso" "$WORK/one.tar"
mkdir -p "$WORK"/{sys/class/block,dev}

# plug NAME WHERE FILE: a device that holds FILE.
plug() {
  local place=$WORK/sys/devices/$2/block/$1
  mkdir -p "$place"
  echo $(($(stat -L -c %s "$3") / 512)) >"$place/size"
  ln -s "$place" "$WORK/sys/class/block/$1"
  ln -s "$3" "$WORK/dev/$1"
}
plug sda pci0000/usb2/2-1/host6 "$WORK/image.iso"
plug sr0 pci0000/ata1/host1 "$WORK/image.iso"
plug vda pci0000/virtio1 "$BASE"
plug sda4 pci0000/usb2/2-1/host7 "$WORK/image.iso"
echo 4 >"$WORK/sys/class/block/sda4/partition"

list() { "$AIRGAP" media list --sys "$WORK/sys" --dev "$WORK/dev" "$@"; }
stamp=2025-01-01-00-00-00-00
expect "media" "$(list)" "$(printf '%s\t%s\t1\t-\t%s\t-\t5\n' "$WORK/dev/sda" usb $stamp \
  "$WORK/dev/sr0" cd $stamp)"
list --output json >"$WORK/list.json"
expect "bundles on the first" "$(json "$WORK/list.json" 'v["media"][0]["bundles"]')" 1
echo "name: x" >"$WORK/site.yaml"
"$AIRGAP" image build --quiet --base "$BASE" --site "$WORK/site.yaml" --file "$WORK/site.iso"
rm "$WORK/sys/class/block"/s*
plug sdb pci0000/usb2/2-2/host8 "$WORK/site.iso"
expect "a medium with a site file and an identity" "$(list | cut -f 2-4,6)" "usb	0	site	identity"
"$AIRGAP" image build --quiet --no-identity --state-size 0 --base "$BASE" --site "$WORK/site.yaml" \
  --file "$WORK/site.iso"
expect "a medium with a site file alone" "$(list | cut -f 2-4,6-)" "usb	0	site	-	-"
rm "$WORK/sys/class/block"/s*
expect "media of a machine without any" "$(list)" ""
