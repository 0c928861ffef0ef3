#!/usr/bin/env bash
# What everybody downloads has a limit, and its partition table is sound.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need sgdisk
need_file "$BASE_ISO" "make image"
bytes=$(stat -c %s "$BASE_ISO")
echo "$bytes bytes"
[ "$bytes" -le $((64 * 1024 * 1024)) ] || fail "the base ISO has $bytes bytes, 64 MiB is the limit"
sgdisk --verify "$BASE_ISO" | tee "$WORK/sgdisk"
grep -q "No problems found" "$WORK/sgdisk" || fail "sgdisk finds problems"
