#!/usr/bin/env bash
# A delta and what it was made against give the bundle that creating it whole gives, however many
# files the base is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/delta.bash"

make_releases
create=("$AIRGAP" bundle create --quiet "${create_new[@]}")
"${create[@]}" --base "$WORK/old.tar" --file "$WORK/delta.tar"
"$AIRGAP" bundle merge --quiet "$WORK/old.tar" "$WORK/delta.tar" --file "$WORK/merged.tar"
cmp "$WORK/new.tar" "$WORK/merged.tar"

# In parts, for a FAT32 stick.
mkdir "$WORK/parts"
"$AIRGAP" bundle merge --quiet "$WORK/old.tar" "$WORK/delta.tar" --split 64M \
  --file "$WORK/parts/merged.tar"
cat "$WORK"/parts/merged.tar.part-* | cmp "$WORK/new.tar" -
"$AIRGAP" bundle verify --quiet "$WORK/parts/merged.tar.parts.json"

# From two whole bundles.
"$AIRGAP" bundle create --quiet --name t --version 2 --from "bundle:$WORK/new.tar" \
  --base "$WORK/old.tar" --file "$WORK/again.tar"
cmp "$WORK/delta.tar" "$WORK/again.tar"

# Over a bundle and a delta, which is over the former.
"$AIRGAP" bundle create --quiet --name extra --version 1 --from "oci:$WORK/more" \
  --file "$WORK/extra.tar"
"${create[@]}" --base "$WORK/old.tar" --base "$WORK/extra.tar" --file "$WORK/small.tar"
[ "$(blobs "$WORK/small.tar" | wc -l)" -lt "$(blobs "$WORK/delta.tar" | wc -l)" ] ||
  fail "the second base changes nothing"
"$AIRGAP" bundle merge --quiet "$WORK/old.tar" "$WORK/extra.tar" "$WORK/small.tar" \
  --file "$WORK/merged.tar"
cmp "$WORK/new.tar" "$WORK/merged.tar"
"${create[@]}" --base "$WORK/old.tar" --base "$WORK/delta.tar" --file "$WORK/nothing.tar"
expect "blobs left" "$(blobs "$WORK/nothing.tar" | wc -l)" 0
"$AIRGAP" bundle merge --quiet "$WORK/delta.tar" "$WORK/old.tar" "$WORK/nothing.tar" \
  --file "$WORK/merged.tar"
cmp "$WORK/new.tar" "$WORK/merged.tar"
