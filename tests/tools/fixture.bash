# A bundle for other people's tools, and theirs for us. Source it, don't run it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# shellcheck disable=SC2034 # for those who source this file
PEERS=$ROOT/build/peers

# make_bundle: WORK/b.tar holds images by tag (an image, an index, a schema 2 image, a signature) and
# an SBOM by digest. DEMO is what `references` reads.
make_bundle() {
  "$ROOT/tests/bundle/make-layout" full "$WORK/layout"
  "$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" \
    --file "$WORK/b.tar"
  DEMO=$WORK/b.tar
  references >"$WORK/references"
}

# unpack_bundle: the bundle's layout as a folder, by tar alone.
unpack_bundle() {
  mkdir "$WORK/unpacked"
  tar -xf "$WORK/b.tar" -C "$WORK/unpacked"
}

# digest_of REFERENCE prints the digest that the bundle has for it.
digest_of() {
  awk -v name="$1" '$1 == name { print $2 }' "$WORK/references"
}

# from SOURCE...: makes WORK/again.tar of them, proves it, and prints "reference digest" lines.
from() {
  local source sources=()
  for source; do sources+=(--from "$source"); done
  "$AIRGAP" bundle create --quiet --name t --version 1 "${sources[@]}" --file "$WORK/again.tar" ||
    fail "$*"
  "$AIRGAP" bundle verify --quiet "$WORK/again.tar" || fail "$*"
  DEMO=$WORK/again.tar references | cut -d ' ' -f 1,2
}

# same_as_ours REFERENCE SOURCE...: what the sources give is what the bundle has under REFERENCE.
same_as_ours() {
  local reference=$1
  shift
  from "$@" >"$WORK/got"
  grep -q -x -F "$reference $(digest_of "$reference")" "$WORK/got" ||
    fail "$*: wanted $reference $(digest_of "$reference"), got $(cat "$WORK/got")"
}
