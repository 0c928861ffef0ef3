#!/usr/bin/env bash
# timeout: 200
# waits
# A registry whose disk is full ends a push with a line that says so, and with more room the same
# command goes on; one that is restarted in the middle is waited for, and the push ends well.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
alone_on_the_network
mkdir "$WORK/storage"
mount -t tmpfs -o size=40m tmpfs "$WORK/storage"
at_end "umount -l '$WORK/storage'"
start_target with-login
status=0
push_to_target --quiet 2>"$WORK/error" || status=$?
[ $status -eq 3 ] || fail "a push into 40 MiB ended with $status: $(cat "$WORK/error")"
finds "answers 5[0-9][0-9]" <"$WORK/error" || fail "$(cat "$WORK/error")"
finds -F "the same command goes on" <"$WORK/error" || fail "$(cat "$WORK/error")"
! preflight_target --quiet 2>"$WORK/error" || fail "it is taken for whole"
mount -o remount,size=400m "$WORK/storage"
push_to_target >"$WORK/out"
grep -q "^blobs .* uploaded .* there before" "$WORK/out" || fail "$(cat "$WORK/out")"
preflight_target --quiet --deep

# From the beginning, and while it pushes the registry is killed and comes back.
kill "$TARGET_PID" && wait "$TARGET_PID" || true
find "$WORK/storage" -mindepth 1 -delete
start_target with-login
background push "$AIRGAP" push --bundle "$DEMO" --to "$TARGET" --registry-ca "$TARGET_CA" \
  --credentials "$TARGET_LOGIN" --jobs 1
push=$LAST_PID
uploads_began() { [ -n "$(find "$WORK/storage" -name data -size +0)" ]; }
wait_for 20 "an upload" uploads_began
kill -9 "$TARGET_PID"
wait "$TARGET_PID" || true
sleep 1
start_target with-login
wait "$push" || fail "the push: $(cat "$WORK/push.log")"
preflight_target --quiet --deep
