#!/usr/bin/env bash
# bundle sign and bundle repair write into the partition of an appliance image and nowhere else.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need openssl sgdisk

openssl genpkey -algorithm ed25519 -out "$WORK/k.key"
openssl pkey -in "$WORK/k.key" -pubout -out "$WORK/k.pub"
make_bundle good 3000000
build_image "$WORK/image.iso" "$WORK/good.tar"
cp "$WORK/image.iso" "$WORK/before.iso"

# The bundle signed outside and the one signed in the image are the same bytes.
"$AIRGAP" bundle sign --quiet --key "$WORK/k.key" "$WORK/image.iso"
"$AIRGAP" bundle sign --quiet --key "$WORK/k.key" "$WORK/good.tar"
read -r _ first _ < <(bundle_partitions "$WORK/image.iso")
size=$(stat -c %s "$WORK/good.tar")
cmp -n "$size" -i "$((first * 512)):0" "$WORK/image.iso" "$WORK/good.tar"
cmp -n $((first * 512)) "$WORK/image.iso" "$WORK/before.iso"
sgdisk --verify "$WORK/image.iso" >/dev/null
"$AIRGAP" bundle verify --quiet --key "$WORK/k.pub" "$WORK/image.iso"

# A bad blob and a bad offset table, from the bundle beside.
cp "$WORK/image.iso" "$WORK/signed.iso"
at=$(blob_offset "$WORK/good.tar" "sha256:$(sha256_of "$WORK/good.asset")")
table=$(grep -abo 'cozy-airgap-tab' "$WORK/good.tar" | head -n 1 | cut -d : -f 1)
for offset in $((at + 1000)) "$table"; do
  printf '\125' |
    dd of="$WORK/image.iso" bs=1 seek=$((first * 512 + offset)) conv=notrunc status=none
done
"$AIRGAP" bundle repair --quiet "$WORK/image.iso" --from "$WORK/good.tar"
cmp "$WORK/image.iso" "$WORK/signed.iso"
