#!/usr/bin/env bash
# Bytes that are not the pinned ones never get into the cache, from wherever they come.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
make_package "$(printf %064d 0)"

cp "$WORK/tiny" "$WORK/mirror/pool/t/tiny_1.2+b_all.deb"
fetch_fails tiny 1.2+b

mkdir "$WORK/sources"
cp "$WORK/tiny" "$WORK/sources/tiny_1.2+b_all.deb"
export AIRGAP_SOURCES=$WORK/sources
fetch_fails tiny "the pin says $(printf %064d 0)" refused
