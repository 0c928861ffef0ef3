#!/usr/bin/env bash
# umoci lists, unpacks and changes images of a bundle's layout; what it leaves is a source.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need umoci

make_bundle
unpack_bundle
umoci ls --layout "$WORK/unpacked" >"$WORK/listed"
cmp <(sort "$WORK/listed") <(cut -d ' ' -f 1 "$WORK/references" | sort)
umoci unpack --rootless --image "$WORK/unpacked:ghcr.io/org/app:v1" "$WORK/root" 2>"$WORK/said" ||
  fail "$(cat "$WORK/said")"
[ "$(wc -c <"$WORK/root/rootfs/etc/content")" -gt 1000 ] || fail "the image is empty"

echo changed >"$WORK/root/rootfs/etc/note"
umoci repack --image "$WORK/unpacked:ghcr.io/org/app:v2" "$WORK/root" 2>"$WORK/said" ||
  fail "$(cat "$WORK/said")"
from "oci:$WORK/unpacked" >"$WORK/got"
grep -q '^ghcr.io/org/app:v2 ' "$WORK/got" || fail "$(cat "$WORK/got")"
while read -r reference digest _; do
  grep -q -x -F "$reference $digest" "$WORK/got" || fail "$reference: $(cat "$WORK/got")"
done <"$WORK/references"

# A layout that umoci makes from nothing.
umoci init --layout "$WORK/new"
umoci new --image "$WORK/new:1.0"
from "oci:$WORK/new=ghcr.io/org/new" | finds '^ghcr.io/org/new:1.0 '
