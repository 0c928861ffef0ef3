# Holds the SBOM of a base ISO against what is inside. Source it after lib.sh.
# shellcheck shell=bash
need cpio xorriso zstd python3

# The reference implementation's own check.
python3 -m pip install --quiet --target "$WORK/python" spdx-tools 2>"$WORK/pip" ||
  fail "pip: $(cat "$WORK/pip")"
is_spdx() {
  PYTHONPATH=$WORK/python python3 -m spdx_tools.spdx.clitools.pyspdxtools -i "$1"
}

# named PACKAGE WHAT: with the version of its pin.
named() {
  local version
  version=$(sed -n 's/^version *//p' "$ROOT/rootfs/packages/$1/pin")
  grep -qxF "$1 $version" <<<"$packages" || fail "$2 is of $1 $version, which the SBOM lacks"
}

libraries_are_named() {
  local library
  for library in "$ROOT/build/deps/$target"/lib/*.a; do
    [ "$(basename "$library")" = libcmocka.a ] || # the test framework
      named "$(readlink "$library" | sed "s|.*/$target/||; s|-[0-9a-f]*/lib/.*||")" "$library"
  done
  for package in musl zig cli11; do named $package "every program"; done
}

# unpack_iso: into WORK/iso, and its initramfs into WORK/root.
unpack_iso() {
  rm -rf "$WORK/iso" "$WORK/root"
  xorriso -report_about FAILURE -osirrox on -indev "$folder/base.iso" \
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
}

# firmware_package FILE: which of the packages has it.
firmware_package() {
  local found name
  for name in "${1#lib/}" "${1#lib/}.*" "$(sed 's|^lib/||; s|\.[xz]*$||' <<<"$1")"; do
    found=$(find "$folder"/debs/firmware-*/usr/lib/firmware -path "*/$name" -print -quit)
    [ -n "$found" ] || continue
    sed "s|$folder/debs/||; s|/.*||" <<<"$found"
    return
  done
  fail "$1 is in no firmware package"
}

initramfs_is_named() {
  local file package
  (cd "$WORK/root" && find . -type f) | sed 's|^\./||' >"$WORK/files"
  [ "$(wc -l <"$WORK/files")" -gt 500 ] || fail "only $(wc -l <"$WORK/files") files are inside"
  while read -r file; do
    case $file in
    lib/modules/*) package=$kernel ;;
    lib/firmware/*) package=$(firmware_package "$file") ;;
    bin/busybox) package=busybox ;;
    bin/mke2fs | bin/e2fsck) package=e2fsprogs ;;
    bin/dnsmasq) package=dnsmasq ;;
    usr/share/ipxe/*) package=ipxe ;;
    usr/bin/* | usr/lib/airgap/* | etc/*) continue ;; # our own
    *) fail "what is $file, in the initramfs?" ;;
    esac
    echo "$package $file"
  done <"$WORK/files" | sort -u -k 1,1 >"$WORK/owners"
  while read -r package file; do named "$package" "$file"; done <"$WORK/owners"
  [ "$(grep -c ^firmware- "$WORK/owners")" -ge 5 ] || fail "firmware: $(cat "$WORK/owners")"
}

files_of_the_iso_are_named() {
  local file
  (cd "$WORK/iso" && find . -type f) | while read -r file; do
    case $file in
    ./boot/vmlinuz) named "$kernel" "$file" ;;
    ./boot/grub/bios.img) named grub-pc-bin "$file" ;;
    ./EFI/BOOT/BOOT*.EFI) named "$shim" "$file" ;;
    ./EFI/BOOT/mm*.efi) named "shim-helpers-$architecture-signed" "$file" ;;
    ./EFI/BOOT/grub*.efi) named "grub-efi-$architecture-signed" "$file" ;;
    ./boot/initramfs | ./boot/grub/grub.cfg | ./licences.txt) ;;
    ./boot.catalog | ./boot/grub/boot.cat | ./boot.cat) ;; # the table of El Torito
    *) fail "what is $file, on the ISO?" ;;
    esac
  done
}

licences_are_there() {
  local name pinned
  while read -r name _; do
    case $name in
    cozy-airgap) pinned=cozy-airgap: ;;
    musl) pinned=musl ;;
    *) pinned=$(sed -n 's/^name *//p' "$ROOT/rootfs/packages/$name/pin") ;;
    esac
    finds "^${pinned%:arm64} " <"$WORK/iso/licences.txt" || fail "no licence text of $name"
  done <<<"$packages"
}

# sbom_names_everything amd64|arm64
sbom_names_everything() {
  local sbom
  architecture=$1
  case $architecture in
  amd64) folder=$ROOT/build target=musl kernel=linux shim=shim-signed ;;
  arm64) folder=$ROOT/build/arm64 target=musl-arm64 kernel=linux-arm64 shim=shim-signed-arm64 ;;
  esac
  sbom=$folder/base.spdx.json
  need_file "$sbom" "make image (image-arm64)"
  is_spdx "$sbom"
  packages=$(python3 -c 'import json, sys
for package in json.load(open(sys.argv[1]))["packages"]:
    print(package["SPDXID"][8:], package["versionInfo"])' "$sbom")
  libraries_are_named
  unpack_iso
  initramfs_is_named
  files_of_the_iso_are_named
  licences_are_there
  echo "$(wc -l <<<"$packages") packages"
}
