#!/usr/bin/env bash
# Bad input: one line that says what is wrong, the right exit status, and no image, not even a
# part of one.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"

# refused STATUS SAYS ARGUMENT...
refused() {
  local wanted=$1 says=$2 status=0
  shift 2
  "$AIRGAP" image build "$@" --file "$WORK/out/image.iso" >"$WORK/said" 2>&1 || status=$?
  expect "exit status of image build $*" "$status" "$wanted"
  grep -q -- "$says" "$WORK/said" || fail "image build $* said: $(cat "$WORK/said")"
  expect "lines said by image build $*" "$(wc -l <"$WORK/said")" 1
  expect "files left by image build $*" "$(find "$WORK/out" -type f | wc -l)" 0
}

need_file "$BASE" "make image"
make_bundle good 3000000
mkdir "$WORK/out"
size=$(stat -c %s "$WORK/good.tar")

cp "$WORK/good.tar" "$WORK/flipped.tar"
printf x | dd of="$WORK/flipped.tar" bs=1 seek=$((size / 2)) conv=notrunc status=none
refused 1 "does not match its digest" --base "$BASE" --bundle "$WORK/flipped.tar"

head -c $((size / 2)) "$WORK/good.tar" >"$WORK/short.tar"
refused 1 "copy it again" --base "$BASE" --bundle "$WORK/short.tar"

head -c 100000 /dev/urandom >"$WORK/noise.tar"
refused 1 "noise.tar" --base "$BASE" --bundle "$WORK/noise.tar"

refused 1 "no base ISO" --base "$WORK/good.tar" --bundle "$WORK/good.tar"
head -c 5000000 "$BASE" >"$WORK/short.iso"
refused 1 "short.iso" --base "$WORK/short.iso" --bundle "$WORK/good.tar"

refused 2 "same bundle" --base "$BASE" --bundle "$WORK/good.tar" --bundle "$WORK/good.tar"
refused 3 "none.tar" --base "$BASE" --bundle "$WORK/none.tar"
refused 3 "none.iso" --base "$WORK/none.iso" --bundle "$WORK/good.tar"

status=0
"$AIRGAP" image build --base "$BASE" --bundle "$WORK/good.tar" --file "$WORK/good.tar" \
  >"$WORK/said" 2>&1 || status=$?
expect "exit status for an output over an input" "$status" 2
expect "size of the input" "$(stat -c %s "$WORK/good.tar")" "$size"
