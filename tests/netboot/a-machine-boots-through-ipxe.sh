#!/usr/bin/env bash
# timeout: 200
# A BIOS machine with nothing on its disk and iPXE in its adapter, beside the DHCP server of a site,
# asks for its script by what it is, and boots the kernel and initramfs of the bundle with the
# arguments that the bundle carries.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
alone_on_the_network
need xorriso
need_file "$ROOT/build/base.iso" "make image"
xorriso -report_about FAILURE -osirrox on -indev "$ROOT/build/base.iso" \
  -extract /boot/vmlinuz "$WORK/vmlinuz" -extract /boot/initramfs "$WORK/initramfs" 2>/dev/null
echo "console=ttyS0,115200 panic=30 airgap.from=bundle" >"$WORK/arguments"
"$AIRGAP" bundle create --quiet --name node --version 1 --asset "boot/vmlinuz=$WORK/vmlinuz" \
  --asset "boot/initramfs=$WORK/initramfs" --asset "boot/cmdline-metal-amd64=$WORK/arguments" \
  --file "$WORK/node.tar"
start_network
start_site_dhcp
start_netboot "$WORK/node.tar"
start_machine node bios
wait_for 150 "the services of what was booted" says node "services start"
says node "asking what $(mac 1) boots" || fail "it did not ask by its name"
says node "initrd=initramfs" && says node "airgap.from=bundle" ||
  fail "the arguments of the bundle are not on the kernel's command line"
node_is "$(mac 1)" 'n["step"] == "kernel" and n["address"] != ""' ||
  fail "the status does not tell: $(cat "$WORK/status.json")"
