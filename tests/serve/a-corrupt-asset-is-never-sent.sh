#!/usr/bin/env bash
# Nobody checks a kernel after its download: each MiB is checked before it is sent.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cp "$DEMO" "$WORK/bundle.tar"
flip_byte_of_blob "$WORK/bundle.tar" "$(asset_blob boot/vmlinuz)" $((2 * 1048576 + 5))
start_serve "$WORK/bundle.tar"
got=$(status_of /boot/vmlinuz -r 2097152-2097252 2>/dev/null) || true
[[ $got != 206 && $got != 200 && $got != 500 ]] ||
  fail "a range with the wrong byte is answered with $got"
curl -s --cacert "$CA" "$URL/boot/vmlinuz" -o "$WORK/whole" || true
if [ -s "$WORK/whole" ]; then
  size=$(stat -c %s "$WORK/whole")
  [ "$size" -le 2097152 ] || fail "$size bytes were sent, beyond the wrong one"
fi
expect "another asset" "$(status_of /boot/initramfs.zst)" 200
