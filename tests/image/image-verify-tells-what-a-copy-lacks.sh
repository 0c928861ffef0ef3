#!/usr/bin/env bash
# `image verify` passes a whole copy on a larger medium, whatever lies in its state, and names what
# is wrong with one that has a flipped bit anywhere, was cut off, lost a bundle or its table.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need sgdisk

# found STATUS SAYS...: of `image verify` on the stick.
found() {
  local wanted=$1 status=0 says
  shift
  "$AIRGAP" image verify "$WORK/stick" >"$WORK/said" 2>"$WORK/wrong" || status=$?
  expect "exit status of image verify" $status "$wanted"
  for says in "$@"; do
    finds -F -- "$says" <"$WORK/said" || finds -F -- "$says" <"$WORK/wrong" ||
      fail "it does not say $says: $(cat "$WORK/said" "$WORK/wrong")"
  done
}
# copy: the image on a stick that is larger.
copy() {
  cp --sparse=always "$WORK/out.iso" "$WORK/stick"
  truncate -s $((size + 30000000)) "$WORK/stick"
}
flip() { flip_byte "$WORK/stick" "$1"; }
flip_byte() {
  python3 -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(-1, 1)
    file.write(bytes([byte ^ 4]))' "$1" "$2"
}
offset_of() { partition_called "$1" "$WORK/out.iso" | awk '{ print $3 * 512 }'; }

make_bundle one 3000000
make_bundle two 70000
echo "name: Rack 7" >"$WORK/site.yaml"
"$AIRGAP" image build --quiet --base "$BASE" --bundle "$WORK/one.tar" --bundle "$WORK/two.tar" \
  --site "$WORK/site.yaml" --state-size 16M --file "$WORK/out.iso"
size=$(stat -c %s "$WORK/out.iso")

copy
mkfs.ext4 -q -E "offset=$(offset_of airgap-state)" "$WORK/stick" 16M
found 0 "is whole" "airgap-bundle-1: bundle one 1" "airgap-bundle-2: bundle two 1"
"$AIRGAP" --output json image verify "$WORK/stick" >"$WORK/json"
expect "whole, as JSON" "$(json "$WORK/json" '(v["ok"], v["hasList"], len(v["bundles"]))')" \
  "[true, true, 2]"

for place in 300000 $((size - 600)); do
  copy
  flip $place
  found 1 "what boots it and its tables is damaged"
done
for name in airgap-site airgap-identity; do
  copy
  flip $(($(offset_of $name) + 520))
  found 1 "partition $name is damaged"
done
copy
flip $(($(offset_of airgap-bundle-1) + 1000000))
found 1 "do not match its digest" "airgap-bundle-2: bundle two 1"

copy
truncate -s $(($(offset_of airgap-bundle-2) + 4096)) "$WORK/stick"
found 1 "only" "of the image's $size bytes" "dd"

copy
sgdisk -d "$(partition_called airgap-bundle-2 "$WORK/out.iso" | cut -d ' ' -f 1)" "$WORK/stick" \
  >/dev/null 2>&1
found 1 "lacks bundle two 1"
copy
sgdisk -Z "$WORK/stick" >/dev/null 2>&1
found 1 "no partition table, so that its bundles are not found"

head -c 10000000 /dev/urandom >"$WORK/stick"
found 2 "is no appliance image"
rm "$WORK/stick"
found 3 "stick"
# Without a list, as the base ISO: its bundles and tables are checked, and it says so.
cp "$BASE" "$WORK/stick"
found 0 "without a list"
