#!/usr/bin/env bash
# one-of: built-again
# timeout: 600
# The base ISO that is built in another folder, of the same files, under another umask and time
# zone, is the same bit by bit. Objects may come out of the compiler's cache, and packages out of
# theirs; AIRGAP_COMPILE=1 (as `make soak` has it) compiles all of ours again.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
need git
need_file "$ROOT/build/base.iso" "make image"

folder=$WORK/elsewhere/with-a-longer-name
mkdir -p "$folder/build"
# As it is here, whether committed or not.
(cd "$ROOT" && git ls-files -z --cached --others --exclude-standard |
  tar --null --ignore-failed-read -T - -c 2>/dev/null) | tar -x -C "$folder"
# Unpacked packages and the compiler are inputs, the same for both.
ln -s "$ROOT/build/debs" "$folder/build/debs"
[ -z "${AIRGAP_COMPILE:-}" ] || export CCACHE_DISABLE=1
(
  cd "$folder"
  umask 077
  env -u MAKEFLAGS TZ=Pacific/Chatham make -j2 build/base.iso
) >"$WORK/build.log" 2>&1 || fail "the build elsewhere: $(tail -n 20 "$WORK/build.log")"

for file in base.iso base.spdx.json rootfs.cpio.zst; do
  cmp "$ROOT/build/$file" "$folder/build/$file" || {
    for program in "$ROOT"/build/bin/*; do
      cmp "$program" "$folder/build/bin/$(basename "$program")" || true
    done
    fail "$file differs"
  }
done
! grep -l -a -F "$folder" "$folder"/build/bin/* ||
  fail "programs name the folder that they were built in"
