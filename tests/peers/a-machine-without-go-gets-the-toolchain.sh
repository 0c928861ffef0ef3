#!/usr/bin/env bash
# timeout: 600
# Where there is no Go, Debian's pinned packages bring one that fetches the pinned toolchain through
# the module proxy.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

mkdir -p "$WORK/cache/cozy-airgap"
downloads=${XDG_CACHE_HOME:-$HOME/.cache}/cozy-airgap/downloads
[ ! -d "$downloads" ] || ln -s "$downloads" "$WORK/cache/cozy-airgap/downloads"

# Nothing of Go is on the PATH, as on a new machine.
mkdir "$WORK/path"
for folder in /usr/bin /bin /usr/sbin /sbin; do ln -sf "$folder"/* "$WORK/path/"; done
rm -f "$WORK"/path/go "$WORK"/path/gofmt
version=$(env PATH="$WORK/path" XDG_CACHE_HOME="$WORK/cache" bash -euo pipefail -c '
  ROOT=$1
  . "$ROOT/scripts/lib/common.sh"
  . "$ROOT/scripts/lib/pin.sh"
  . "$ROOT/scripts/lib/go.sh"
  ! command -v go >/dev/null
  go_here version
  echo "$GO_VERSION"' - "$ROOT")
echo "$version"
finds "go version $(tail -n 1 <<<"$version") " <<<"$version" || fail "another toolchain came"
chmod -R u+w "$WORK/cache"
