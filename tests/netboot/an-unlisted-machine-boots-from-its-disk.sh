#!/usr/bin/env bash
# timeout: 120
# A machine that no group names is told so by its script, boots from its disk, and nothing on the
# disk has changed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need qemu-system-x86_64
echo kernel >"$WORK/kernel"
"$AIRGAP" bundle create --quiet --name t --version 1 --asset "boot/vmlinuz=$WORK/kernel" \
  --asset "boot/initramfs=$WORK/kernel" --file "$WORK/t.tar"
mkdir -p "$WORK/matchbox/groups" "$WORK/matchbox/profiles"
echo '{"id": "p", "boot": {"kernel": "/boot/vmlinuz"}}' >"$WORK/matchbox/profiles/p.json"
echo '{"id": "g", "profile": "p", "selector": {"mac": "52:54:00:00:00:01"}}' \
  >"$WORK/matchbox/groups/g.json"
# A boot sector that says over the first serial port where it comes from.
python3 - "$WORK/disk" <<'PYTHON'
import sys
code = bytes.fromhex(
    "31c0 8ed8"   # xor ax, ax; mov ds, ax
    "be167c"      # mov si, text
    "31d2"        # xor dx, dx: COM1
    "ac 84c0"     # next: lodsb; test al, al
    "7406"        # jz end
    "b401 cd14"   # mov ah, 1; int 14h
    "ebf5"        # jmp next
    "ebfe")       # end: jmp end
sector = (code + b"started from the disk\r\n\0").ljust(510, b"\0") + b"\x55\xaa"
open(sys.argv[1], "wb").write(sector.ljust(1 << 20, b"\0"))
PYTHON
before=$(sha256_of "$WORK/disk")
http=$(free_port)
start_serve "$WORK/t.tar" --http "127.0.0.1:$http" --netboot --matchbox "$WORK/matchbox"
curl -sf "http://127.0.0.1:$http/ipxe?mac=52-54-00-00-00-02" |
  finds "no group fits the machine 52:54:00:00:00:02" || fail "it is not told so"

background qemu qemu-system-x86_64 -accel tcg -m 256 -nodefaults -no-user-config -display none \
  -serial "file:$WORK/serial.log" -boot n -drive "if=virtio,format=raw,file=$WORK/disk" \
  -netdev "user,id=net,bootfile=http://10.0.2.2:$http/boot.ipxe" \
  -device virtio-net-pci,netdev=net,mac=52:54:00:00:00:02
wait_for 60 "the disk's boot sector" grep -q "started from the disk" "$WORK/serial.log"
kill "$LAST_PID"
wait "$LAST_PID" || true
expect "the disk" "$(sha256_of "$WORK/disk")" "$before"
