#!/usr/bin/env bash
# While one create writes a bundle, another one of the same file says so and leaves it alone.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

troubles rate 600000
create --quiet &
first=$!
for _ in {1..200}; do
  [ ! -e "$WORK/out/b.tar.journal.partial" ] || break
  sleep 0.05
done
create_fails 3
grep -q 'b.tar.partial is being written by another program' "$WORK/err" || fail "$(cat "$WORK/err")"
calm
wait "$first" || fail "the first create failed"
is_whole
