#!/usr/bin/env bash
# Where the file system can share blocks, an image takes hardly more room than its base, and its
# bundle is checked all the same.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need mkfs.xfs
need_file "$ROOT/build/base.iso" "make image"

truncate -s 1G "$WORK/xfs.img"
mkfs.xfs -q "$WORK/xfs.img"
mkdir "$WORK/xfs"
as_root mount -o loop "$WORK/xfs.img" "$WORK/xfs"
at_end "as_root umount -l $WORK/xfs"
as_root chown "$(id -u)" "$WORK/xfs"

head -c 100000000 /dev/urandom >"$WORK/asset"
"$AIRGAP" bundle create --quiet --name large --version 1 --asset "boot/disk=$WORK/asset" \
  --file "$WORK/xfs/bundle.tar"
used() { sync "$WORK/xfs"; df --output=used -B 1 "$WORK/xfs" | tail -n 1; }
build() {
  "$AIRGAP" image build --quiet --base "$ROOT/build/base.iso" --bundle "$WORK/xfs/bundle.tar" "$@"
}
before=$(used)
build --file "$WORK/xfs/image.iso"
taken=$(($(used) - before))
base=$(stat -c %s "$ROOT/build/base.iso")
[ $taken -lt $((base + 20000000)) ] || fail "the image took $taken bytes, its base has $base"
"$AIRGAP" image verify --quiet "$WORK/xfs/image.iso"
"$AIRGAP" bundle verify --quiet "$WORK/xfs/image.iso"

printf x | dd of="$WORK/xfs/bundle.tar" bs=1 seek=50000000 conv=notrunc status=none
status=0
build --file "$WORK/xfs/other.iso" 2>"$WORK/error" || status=$?
expect "the exit status with a damaged bundle" $status 1
finds "does not match its digest" <"$WORK/error" || fail "$(cat "$WORK/error")"
[ ! -e "$WORK/xfs/other.iso" ] || fail "there is an image of a damaged bundle"
# The image that shared its blocks before is what it was.
"$AIRGAP" bundle verify --quiet "$WORK/xfs/image.iso"
