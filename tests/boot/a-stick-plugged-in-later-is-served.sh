#!/usr/bin/env bash
# timeout: 300
# A volume labelled AIRGAP with a bundle on it is found when it comes and dropped when it goes.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need mkfs.vfat mcopy
need_file "$DEMO" "make build/demo-bundle.tar"
make_volume "$WORK/stick.img" AIRGAP-MORE $(($(stat -c %s "$DEMO") / 1048576 + 64)) "$DEMO"
make_volume "$WORK/other.img" HOLIDAYS 16 "$0"
boot --bios --cd "$BASE_ISO"
wait_until_it_serves
plug "$WORK/other.img" other
plug "$WORK/stick.img" stick
wait_for 60 "the bundle of the stick" \
  status_has "[b[\"name\"] for b in v[\"bundles\"]] == [\"demo\"]"
ask "$PORT_REGISTRY" /boot/vmlinuz -o "$WORK/kernel"
expect "a boot asset" "sha256:$(sha256_of "$WORK/kernel")" "$(asset_blob boot/vmlinuz)"
unplug stick
wait_for 60 "a status without the stick" status_has "v[\"bundles\"] == []"
