#!/usr/bin/env bash
# Too little space is said before anything is fetched; a disk that fills up on the way ends the
# create with what it has, and the next one goes on.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

as_root mount -t tmpfs -o "size=10m,uid=$(id -u)" tmpfs "$WORK/out"
at_end "as_root umount $WORK/out"
: >"$TROUBLES/log"
create_fails 3
grep -q 'b.tar needs [0-9]* bytes, .* has [0-9]* left' "$WORK/err" || fail "$(cat "$WORK/err")"
expect "bytes fetched" "$(blob_bytes)" 0
expect "files after it" "$(ls -A "$WORK/out")" ""

as_root mount -o remount,size=20m "$WORK/out"
troubles rate 1000000
"${CREATE[@]}" --quiet 2>"$WORK/err" &
pid=$!
for _ in {1..200}; do
  [ ! -e "$WORK/out/b.tar.partial" ] || break
  sleep 0.05
done
head -c 15000000 /dev/zero >"$WORK/out/others" || true
calm
status=0
wait $pid || status=$?
expect "on a full disk" $status 3
grep -q 'No space left' "$WORK/err" || fail "$(cat "$WORK/err")"
[ ! -e "$WORK/out/b.tar" ] || fail "a bundle was left"
rm "$WORK/out/others"
create --quiet
is_whole
