#!/usr/bin/env bash
# timeout: 180
# The SBOM of the base ISO is valid SPDX, and what is really inside belongs to a package that it
# names: every library that programs were linked with, every driver, every firmware file, every
# program, every boot loader. The ISO carries the licence texts.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
need cpio xorriso zstd python3
sbom=$ROOT/build/base.spdx.json
need_file "$sbom" "make image"

# The reference implementation's own check.
python3 -m pip install --quiet --target "$WORK/python" spdx-tools 2>"$WORK/pip" ||
  fail "pip: $(cat "$WORK/pip")"
PYTHONPATH=$WORK/python python3 -m spdx_tools.spdx.clitools.pyspdxtools -i "$sbom"

packages=$(python3 -c 'import json, sys
for package in json.load(open(sys.argv[1]))["packages"]:
    print(package["SPDXID"][8:], package["versionInfo"])' "$sbom")
# named PACKAGE WHAT: with the version of its pin.
named() {
  local version
  version=$(sed -n 's/^version *//p' "$ROOT/rootfs/packages/$1/pin")
  grep -qxF "$1 $version" <<<"$packages" || fail "$2 is of $1 $version, which the SBOM lacks"
}

for library in "$ROOT"/build/deps/musl/lib/*.a; do
  [ "$(basename "$library")" = libcmocka.a ] || # the test framework
    named "$(readlink "$library" | sed 's|.*/musl/||; s|-[0-9a-f]*/lib/.*||')" "$library"
done
for package in musl zig cli11; do named $package "every program"; done

xorriso -report_about FAILURE -osirrox on -indev "$ROOT/build/base.iso" \
  -extract / "$WORK/iso" 2>/dev/null
mkdir "$WORK/root"
# Two archives in a row, the second under zstd.
python3 - "$WORK/iso/boot/initramfs" "$WORK" <<'PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
at = data.index(b"\x28\xb5\x2f\xfd", data.index(b"TRAILER!!!"))
open(sys.argv[2] + "/drivers", "wb").write(data[:at])
open(sys.argv[2] + "/programs", "wb").write(data[at:])
PYTHON
(cd "$WORK/root" && cpio --quiet -idm <../drivers &&
  zstd -dc --long=31 ../programs | cpio --quiet -idm)

(cd "$WORK/root" && find . -type f | sed 's|^\./||') >"$WORK/files"
[ "$(wc -l <"$WORK/files")" -gt 500 ] || fail "only $(wc -l <"$WORK/files") files are inside"
while read -r file; do
  case $file in
  lib/modules/*) package=linux ;;
  lib/firmware/*)
    found=$(find "$ROOT"/build/debs/firmware-*/usr/lib/firmware -path "*/${file#lib/}" -o \
      -path "*/${file#lib/}.*" | head -n 1)
    [ -n "$found" ] || found=$(find "$ROOT"/build/debs/firmware-*/usr/lib/firmware \
      -path "*/$(sed 's|^lib/||; s|\.[xz]*$||' <<<"$file")" | head -n 1)
    [ -n "$found" ] || fail "$file is in no firmware package"
    package=$(sed "s|$ROOT/build/debs/||; s|/.*||" <<<"$found")
    ;;
  bin/busybox) package=busybox ;;
  bin/mke2fs | bin/e2fsck) package=e2fsprogs ;;
  usr/bin/* | usr/lib/airgap/* | etc/*) continue ;; # our own
  *) fail "what is $file, in the initramfs?" ;;
  esac
  echo "$package $file"
done <"$WORK/files" | sort -u -k 1,1 >"$WORK/owners"
while read -r package file; do named "$package" "$file"; done <"$WORK/owners"
[ "$(grep -c ^firmware- "$WORK/owners")" -ge 5 ] || fail "firmware: $(cat "$WORK/owners")"

(cd "$WORK/iso" && find . -type f) | while read -r file; do
  case $file in
  ./boot/vmlinuz) named linux "$file" ;;
  ./boot/grub/bios.img) named grub-pc-bin "$file" ;;
  ./EFI/BOOT/BOOTX64.EFI) named shim-signed "$file" ;;
  ./EFI/BOOT/mmx64.efi) named shim-helpers-amd64-signed "$file" ;;
  ./EFI/BOOT/grubx64.efi) named grub-efi-amd64-signed "$file" ;;
  ./boot/initramfs | ./boot/grub/grub.cfg | ./licences.txt) ;;
  ./boot.catalog | ./boot/grub/boot.cat | ./boot.cat) ;; # the table of El Torito
  *) fail "what is $file, on the ISO?" ;;
  esac
done
while read -r name _; do
  case $name in
  cozy-airgap) pinned=cozy-airgap: ;;
  musl) pinned=musl ;;
  *) pinned=$(sed -n 's/^name *//p' "$ROOT/rootfs/packages/$name/pin") ;;
  esac
  finds "^$pinned " <"$WORK/iso/licences.txt" || fail "no licence text of $name"
done <<<"$packages"
echo "$(wc -l <<<"$packages") packages"
