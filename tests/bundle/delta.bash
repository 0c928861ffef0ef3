# Two releases for the tests of deltas. Source it, don't run it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# make_releases: WORK/old.tar and WORK/new.tar share an index and a kernel; an application changed
# under its tag, and one more image came.
make_releases() {
  head -c 2500000 /dev/urandom >"$WORK/kernel"
  "$ROOT/tests/bundle/make-layout" full "$WORK/old"
  AIRGAP_LAYOUT_CONTENT="more" "$ROOT/tests/bundle/make-layout" one "$WORK/more" \
    ghcr.io/org/more:v1
  create_old=(--name t --version 1 --from "oci:$WORK/old" --asset "boot/kernel=$WORK/kernel")
  create_new=(--name t --version 2 --from "oci:$WORK/new" --from "oci:$WORK/more"
    --asset "boot/kernel=$WORK/kernel")
  AIRGAP_LAYOUT_CONTENT=changed "$ROOT/tests/bundle/make-layout" full "$WORK/new"
  "$AIRGAP" bundle create --quiet "${create_old[@]}" --file "$WORK/old.tar"
  "$AIRGAP" bundle create --quiet "${create_new[@]}" --file "$WORK/new.tar"
}

# blobs FILE prints the digests of the blobs that a bundle holds, by tar alone.
blobs() {
  tar -tf "$1" | sed -n 's,^blobs/sha256/,,p' | sort
}

# expect_status WANTED COMMAND...; its output is in WORK/out and WORK/err.
expect_status() {
  local wanted=$1 status=0
  shift
  "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
  [ $status -eq "$wanted" ] || fail "$*: exit status $status: $(cat "$WORK/err")"
}
