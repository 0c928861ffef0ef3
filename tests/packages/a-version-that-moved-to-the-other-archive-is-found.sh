#!/usr/bin/env bash
# Debian moves security updates into the main archive at a point release; the pin stays good.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
make_package
cp "$WORK/tiny" "$WORK/mirror-security/pool/updates/t/tiny_1.2+b_all.deb"
"$ROOT/scripts/fetch"
cmp "$WORK/tiny" "$FETCHED"
