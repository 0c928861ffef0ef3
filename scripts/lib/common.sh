# Shared by the scripts in scripts/: where things are and how to speak. Source it, don't run it.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cozy-airgap
DOWNLOADS=$CACHE/downloads
PACKAGES=${AIRGAP_PACKAGES:-$ROOT/rootfs/packages}
DEMO_PACKAGES=$ROOT/tests/demo/packages

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

# also_for_the_demo ARGS... runs the calling script once more for the demo bundle's own pins, when
# it was called for everything.
also_for_the_demo() {
  [ -n "${AIRGAP_PACKAGES:-}" ] || AIRGAP_PACKAGES=$DEMO_PACKAGES "$0" "$@"
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
