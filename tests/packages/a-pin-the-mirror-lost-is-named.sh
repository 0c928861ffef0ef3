#!/usr/bin/env bash
# One line names the package, the version and what to do; another version is never taken.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
make_package
cp "$WORK/tiny" "$WORK/mirror/pool/t/tiny_1.3_all.deb"
fetch_fails tiny 1.2+b 'make update-pins' "$DEBIAN_MIRROR"
