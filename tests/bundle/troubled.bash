# Shared by the tests that make bundles from a registry with troubles. Source it, don't run it.
# shellcheck shell=bash
#
# Gives what tests/lib.sh gives, and: TROUBLES (the control folder of tests/bundle/troubled-registry),
# REGISTRY (127.0.0.1:port, which runs) and the functions below.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

TROUBLES=$WORK/troubles
REGISTRY=127.0.0.1:$(free_port)
IMAGES=()
for number in 0 1 2 3 4 5; do IMAGES+=(--image "ghcr.io/org/img$number:v1"); done

mkdir -p "$TROUBLES" "$WORK/out"
background registry "$ROOT/tests/bundle/troubled-registry" "${REGISTRY#*:}" "$TROUBLES"
wait_for 20 "the registry" curl -s -o "$WORK/body" "http://$REGISTRY/v2/"

# All six images into WORK/out/b.tar. CREATE is the command itself, to be started and killed.
CREATE=("$AIRGAP" bundle create --name t --version 1 --file "$WORK/out/b.tar"
  --mirror "ghcr.io=http://$REGISTRY" "${IMAGES[@]}")
create() { "${CREATE[@]}" "$@"; }

# create_fails STATUS [ARGUMENT...]: standard error is in WORK/err.
create_fails() {
  local wanted=$1 status=0
  shift
  create --quiet "$@" 2>"$WORK/err" || status=$?
  [ "$status" = "$wanted" ] || fail "create ends with $status, not $wanted: $(cat "$WORK/err")"
  [ ! -e "$WORK/out/b.tar" ] || fail "a bundle was left"
}

# troubles NAME TEXT; calm ends them all.
troubles() { printf '%s\n' "$2" >"$TROUBLES/$1"; }
calm() { rm -f "$TROUBLES"/{rate,fail,moved,drop,flip,users,token-for}; }

# is_whole: the bundle is whole, and nothing lies beside it.
is_whole() {
  "$AIRGAP" bundle verify --quiet "$WORK/out/b.tar"
  expect "files in the end" "$(ls -A "$WORK/out")" b.tar
}

# blob_bytes: bytes of blobs that the registry sent since the last time.
blob_bytes() {
  awk '/^GET [^ ]*\/blobs\// { sum += $4 } END { print sum + 0 }' "$TROUBLES/log"
  : >"$TROUBLES/log"
}
