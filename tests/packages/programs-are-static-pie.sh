#!/usr/bin/env bash
# Every program of the appliance is position independent, needs no other file, and does not
# contain the part of musl with a known fault (iconv, CVE-2026-6042).
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
shopt -s nullglob
programs=("$ROOT"/build/bin/* "$ROOT/build/deps/musl/bin/busybox")
[ ${#programs[@]} -gt 1 ] || fail "there are no programs in build/bin: run \`make programs\`"
for program in "${programs[@]}"; do
  LC_ALL=C readelf -hW "$program" | finds 'Type:.*DYN' || fail "$program is not a PIE"
  LC_ALL=C readelf -lW "$program" | finds INTERP && fail "$program has a dynamic loader"
  LC_ALL=C readelf -dW "$program" | finds NEEDED && fail "$program needs a library"
  LC_ALL=C readelf -lW "$program" | finds 'GNU_STACK.* RWE' && fail "$program: executable stack"
  grep -q gb18030 "$program" && fail "$program contains iconv"
done
echo "${#programs[@]} programs"
