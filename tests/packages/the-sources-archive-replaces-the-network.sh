#!/usr/bin/env bash
# What `make sources` archives is enough for a machine without any network.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
make_package
cp "$WORK/tiny" "$WORK/mirror/pool/t/tiny_1.2+b_all.deb"
"$ROOT/scripts/sources" "$WORK/sources.tar"
rm -r "$WORK/cache" "$WORK/mirror" "$WORK/mirror-security"

AIRGAP_SOURCES=$WORK/sources.tar "$ROOT/scripts/fetch"
cmp "$WORK/tiny" "$FETCHED"

# A second fetch needs neither archive nor mirror.
"$ROOT/scripts/fetch"

rm "$FETCHED"
tar -cf "$WORK/sources.tar" -T /dev/null
export AIRGAP_SOURCES=$WORK/sources.tar
fetch_fails tiny 'tiny_1.2+b_all.deb is not in' 'make sources'
