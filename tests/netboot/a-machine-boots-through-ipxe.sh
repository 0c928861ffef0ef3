#!/usr/bin/env bash
# timeout: 200
# A machine with nothing on its disk and iPXE in its adapter is told by its DHCP server where the
# first script is, asks for its own by what it is, and boots the kernel and initramfs of the bundle
# with the arguments that the bundle carries.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need qemu-system-x86_64 xorriso
need_file "$ROOT/build/base.iso" "make image"
xorriso -report_about FAILURE -osirrox on -indev "$ROOT/build/base.iso" \
  -extract /boot/vmlinuz "$WORK/vmlinuz" -extract /boot/initramfs "$WORK/initramfs" 2>/dev/null
echo "console=ttyS0,115200 panic=30 airgap.from=bundle" >"$WORK/arguments"
"$AIRGAP" bundle create --quiet --name node --version 1 --asset "boot/vmlinuz=$WORK/vmlinuz" \
  --asset "boot/initramfs=$WORK/initramfs" --asset "boot/cmdline-metal-amd64=$WORK/arguments" \
  --file "$WORK/node.tar"
http=$(free_port)
start_serve "$WORK/node.tar" --http "127.0.0.1:$http" --netboot

background qemu qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -m 768 -nodefaults \
  -no-user-config -display none -serial "file:$WORK/serial.log" -boot n \
  -netdev "user,id=net,bootfile=http://10.0.2.2:$http/boot.ipxe" \
  -device virtio-net-pci,netdev=net,mac=52:54:00:00:00:07
wait_for 150 "the services of what was booted" grep -q "services start" "$WORK/serial.log"
grep -q "Command line: .*initrd=initramfs .*airgap.from=bundle" "$WORK/serial.log" ||
  fail "the arguments of the bundle are not on the kernel's command line"
