#!/usr/bin/env bash
# `image build` writes primary and backup tables, protective MBR and volume size that independent
# tools find right, and keeps the base's partitions.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need sgdisk xorriso

make_bundle one 3000000
make_bundle two 70000
build_image "$WORK/out.iso" "$WORK/one.tar" "$WORK/two.tar"

sgdisk --verify "$WORK/out.iso" >"$WORK/verify"
grep -q '^No problems found' "$WORK/verify" || fail "sgdisk: $(cat "$WORK/verify")"
if grep -qi "warning\|problem:\|corrupt" "$WORK/verify"; then
  fail "sgdisk: $(cat "$WORK/verify")"
fi

expect "bundle partitions" "$(bundle_partitions "$WORK/out.iso" | awk '{ print $4 }' | xargs)" \
  "airgap-bundle-1 airgap-bundle-2"
before=$(sgdisk -p "$BASE" | awk '$1 ~ /^[0-9]+$/')
after=$(sgdisk -p "$WORK/out.iso" | awk '$1 ~ /^[0-9]+$/' | grep -v airgap-)
expect "the base's partitions" "$after" "$before"

read -r _ type first sectors < <(partition_called airgap-state "$WORK/out.iso")
expect "type of the state partition" "$type" E0F8A1C4-3B57-4D2E-9A86-5C1D7F20B3A9
expect "its size" $((sectors * 512)) 268435456
expect "what is in it" "$(tail -c +$((first * 512 + 1)) "$WORK/out.iso" | head -c 268435456 |
  tr -d '\0' | head -c 1 | wc -c)" 0

# The ISO 9660 volume covers the file, so that a burner writes all of it.
size=$(stat -c %s "$WORK/out.iso")
volume=$(xorriso -indev "stdio:$WORK/out.iso" -toc 2>/dev/null |
  awk -F, '/^ISO session/ { print $3 }' | tr -dc 0-9)
expect "sectors of the volume" "$volume" "$((size / 2048))"
expect "a whole number of sectors" "$((size % 2048))" 0

# The backup alone is enough.
cp "$WORK/out.iso" "$WORK/damaged.iso"
dd if=/dev/zero of="$WORK/damaged.iso" bs=512 seek=1 count=1 conv=notrunc status=none
"$AIRGAP" bundle inspect "$WORK/damaged.iso" >"$WORK/inspected"
grep -q one "$WORK/inspected" || fail "the backup table is not read: $(cat "$WORK/inspected")"
