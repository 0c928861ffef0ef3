#!/usr/bin/env bash
# On a terminal one line with rate and ETA, elsewhere a line for each image; nothing with --quiet;
# with --output json one document.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"
need script

create >"$WORK/out.txt" 2>"$WORK/err"
for number in 0 1 2 3 4 5; do
  grep -q "^\[[1-6]/6\] ghcr.io/org/img$number:v1$" "$WORK/err" || fail "$(cat "$WORK/err")"
done
grep -q '^identity   sha256:' "$WORK/out.txt" || fail "$(cat "$WORK/out.txt")"

troubles rate 1500000
printf -v command '%q ' "${CREATE[@]}"
script -q -e -c "$command" "$WORK/typescript" >"$WORK/screen"
grep -q 'fetching [0-9]*%  .* of 1[23].* MiB  .*/s  ETA ' "$WORK/screen" ||
  fail "$(tr '\r' '\n' <"$WORK/screen")"
grep -q 'looking up 6 of 6' "$WORK/screen" || fail "$(tr '\r' '\n' <"$WORK/screen")"
calm

create --quiet >"$WORK/out.txt" 2>"$WORK/err"
expect "with --quiet" "$(cat "$WORK/out.txt" "$WORK/err")" ""
create --output json >"$WORK/out.json" 2>"$WORK/err"
expect "on standard error with json" "$(cat "$WORK/err")" ""
expect "images" "$(json "$WORK/out.json" 'v["images"]')" 6
