#!/usr/bin/env bash
# SIGKILL while blobs come: the next run fetches what is missing and hardly more, and gives the
# same bundle. The same when a tag moved in between: what is still wanted is not fetched again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

create --quiet
whole=$(blob_bytes)
mv "$WORK/out/b.tar" "$WORK/first.tar"
[ "$whole" -gt 13000000 ] || fail "only $whole bytes were fetched"

# kill_half_way SIGNAL: starts a create and ends it when about half of the bytes are there.
kill_half_way() {
  troubles rate 600000
  "${CREATE[@]}" 2>"$WORK/err" &
  local pid=$!
  for _ in {1..200}; do
    [ "$(du -sk "$WORK/out" | cut -f 1)" -lt 6000 ] || break
    sleep 0.1
  done
  kill -"$1" "$pid"
  status=0
  wait "$pid" || status=$?
  calm
  [ ! -e "$WORK/out/b.tar" ] || fail "a bundle was left"
}

# How much may come again: what was sent but not noted, for each of eight connections.
again=$((8 * 1100000))
kill_half_way KILL
sent=$(blob_bytes)
create --quiet
sent=$((sent + $(blob_bytes)))
[ "$sent" -lt $((whole + again)) ] || fail "$sent bytes were fetched for a bundle of $whole"
cmp "$WORK/out/b.tar" "$WORK/first.tar"
is_whole

rm "$WORK/out/b.tar"
kill_half_way INT
expect "stopped by Ctrl-C" $status 3
grep -q 'goes on from there' "$WORK/err" || fail "$(cat "$WORK/err")"
troubles moved org/img0
blob_bytes >"$WORK/sent"
create --quiet
sent=$(($(cat "$WORK/sent") + $(blob_bytes)))
[ "$sent" -lt $((whole + 1100000 + again)) ] || fail "$sent bytes were fetched, of $whole"
is_whole
