#!/usr/bin/env bash
# Found by its type GUID, a bundle's partition begins with exactly the bundle's bytes; the image
# serves as a bundle itself, and takes one bundle more.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need sgdisk

# same IMAGE NUMBER BUNDLE: the Nth bundle partition holds BUNDLE.
same() {
  local number first sectors name
  read -r number first sectors name < <(bundle_partitions "$1" | sed -n "${2}p")
  expect "name of partition $number" "$name" "airgap-bundle-$2"
  [ $((sectors * 512)) -ge "$(stat -c %s "$3")" ] || fail "partition $number is too small"
  cmp <(tail -c +$((first * 512 + 1)) "$1" | head -c "$(stat -c %s "$3")") "$3" ||
    fail "partition $number differs from $3"
}

make_bundle one 3000000
make_bundle two 70000
make_bundle three 1
build_image "$WORK/out.iso" "$WORK/one.tar" "$WORK/two.tar"
same "$WORK/out.iso" 1 "$WORK/one.tar"
same "$WORK/out.iso" 2 "$WORK/two.tar"

"$AIRGAP" image build --quiet --base "$WORK/out.iso" --bundle "$WORK/three.tar" \
  --file "$WORK/more.iso"
same "$WORK/more.iso" 1 "$WORK/one.tar"
same "$WORK/more.iso" 3 "$WORK/three.tar"
sgdisk --verify "$WORK/more.iso" | finds '^No problems found' || fail "sgdisk finds problems"

build_image "$WORK/again.iso" "$WORK/one.tar" "$WORK/two.tar"
cmp "$WORK/out.iso" "$WORK/again.iso" || fail "the same inputs gave another image"

start_serve "$WORK/more.iso"
for name in one two three; do
  get "/boot/$name" -o "$WORK/got"
  cmp "$WORK/got" "$WORK/$name.asset"
done
