#!/usr/bin/env bash
# The same content gives the same bytes, whatever it is taken from: a layout, archives packed in
# every way, a bundle.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need gzip xz zstd

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 "$@"
}

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
head -c 2500000 /dev/urandom >"$WORK/kernel"
create --from "oci:$WORK/layout" --asset "boot/kernel=$WORK/kernel" --file "$WORK/first.tar"
sleep 1.1
touch "$WORK/kernel"
create --asset "boot/kernel=$WORK/kernel" --from "oci:$WORK/layout" --file "$WORK/again.tar"
cmp "$WORK/first.tar" "$WORK/again.tar"

tar -C "$WORK/layout" -cf "$WORK/a.tar" .
gzip -k "$WORK/a.tar"
xz -k "$WORK/a.tar"
zstd -q "$WORK/a.tar"
for archive in "$WORK"/a.tar*; do
  create --from "oci-archive:$archive" --asset "boot/kernel=$WORK/kernel" --file "$WORK/again.tar"
  cmp "$WORK/first.tar" "$WORK/again.tar"
done

for kind in bundle oci-archive; do
  create --from "$kind:$WORK/first.tar" --file "$WORK/again.tar"
  cmp "$WORK/first.tar" "$WORK/again.tar"
done
expect "files left over" "$(find "$WORK" -name '*partial*' -o -name '*spool*' | wc -l)" 0
