# What the tests of `image build` share; source it after lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for those who source this file

BASE=$ROOT/build/base.iso
TYPE_GUID=7A1B6C2E-5D0F-4E3A-9B57-C0A1B2D3E4F5

# make_bundle NAME SIZE: WORK/NAME.tar with one asset of SIZE bytes.
make_bundle() {
  need_file "$AIRGAP" "make programs"
  head -c "$2" /dev/urandom >"$WORK/$1.asset"
  "$AIRGAP" bundle create --quiet --name "$1" --version 1 --asset "boot/$1=$WORK/$1.asset" \
    --file "$WORK/$1.tar"
}

# build_image OUT BUNDLE...: without an identity, so that the same inputs give the same image.
build_image() {
  local out=$1 bundle bundles=()
  shift
  need_file "$BASE" "make image"
  for bundle in "$@"; do bundles+=(--bundle "$bundle"); done
  "$AIRGAP" image build --quiet --no-identity --base "$BASE" "${bundles[@]}" --file "$out"
}

# partition_called NAME IMAGE: "number type first-sector sectors" of the partition with this name.
partition_called() {
  local number details
  number=$(sgdisk -p "$2" | awk -v name="$1" '$NF == name { print $1 }')
  [ -n "$number" ] || return 1
  details=$(sgdisk -i "$number" "$2")
  echo "$number $(sed -n 's/^Partition GUID code: \([0-9A-F-]*\).*/\1/p' <<<"$details")" \
    "$(sed -n 's/^First sector: \([0-9]*\).*/\1/p' <<<"$details")" \
    "$(sed -n 's/^Partition size: \([0-9]*\).*/\1/p' <<<"$details")"
}

# bundle_partitions IMAGE prints "number first-sector sectors name" of each bundle partition.
bundle_partitions() {
  local number details
  sgdisk -p "$1" | awk '$1 ~ /^[0-9]+$/ { print $1 }' | while read -r number; do
    details=$(sgdisk -i "$number" "$1")
    grep -q "^Partition GUID code: $TYPE_GUID" <<<"$details" || continue
    echo "$number $(sed -n 's/^First sector: \([0-9]*\).*/\1/p' <<<"$details")" \
      "$(sed -n 's/^Partition size: \([0-9]*\).*/\1/p' <<<"$details")" \
      "$(sed -n "s/^Partition name: '\(.*\)'/\1/p" <<<"$details")"
  done
}
