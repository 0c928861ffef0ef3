# Shared by the scripts in scripts/: where things are and how to speak. Source it, don't run it.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cozy-airgap
DOWNLOADS=$CACHE/downloads
PACKAGES=${AIRGAP_PACKAGES:-$ROOT/rootfs/packages}
PEER_PACKAGES=$ROOT/tests/peers/packages

say() {
  printf '%s\n' "$*" >&2
}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 3
}

usage() {
  printf '%s\n' "$*" >&2
  exit 2
}

# also_for_the_tests ARGS... runs the calling script once more for each folder of pins that only the
# tests have, when it was called for everything.
also_for_the_tests() {
  local folder
  [ -z "${AIRGAP_PACKAGES:-}" ] || return 0
  for folder in "$ROOT"/tests/*/packages; do
    AIRGAP_PACKAGES=$folder "$0" "$@"
  done
}

# sha256_of FILE prints the digest alone.
sha256_of() {
  local line
  line=$(sha256sum -- "$1") || return 1
  printf '%s\n' "${line%% *}"
}

# with_lock NAME COMMAND... runs COMMAND while no other clone on this machine holds NAME.
with_lock() {
  local name=$1
  shift
  mkdir -p "$CACHE/locks"
  (
    flock 9
    "$@" 9>&-
  ) 9>"$CACHE/locks/$name"
}
