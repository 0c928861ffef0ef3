#!/usr/bin/env bash
# Pushing needs a login, pulling none; with --login-to-pull both do.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

uploads=/v2/ghcr.io/site/app/blobs/uploads/
pull=/v2/docker.io/library/busybox/manifests/1.37.0

start_push_serve
expect "a password in the file of logins" "$(grep -c -F "$PUSH_PASSWORD" "$WORK/logins" || true)" 0
expect "who may read the logins" "$(stat -c %a "$WORK/logins")" 640
expect_oci_error 401 UNAUTHORIZED $uploads -X POST -D "$WORK/headers"
expect "how to log in" "$(header WWW-Authenticate "$WORK/headers")" \
  'Basic realm="cozy-airgap", charset="UTF-8"'
expect_oci_error 401 UNAUTHORIZED $uploads -X POST -u "$PUSH_USER:wrong-password"
expect_oci_error 401 UNAUTHORIZED $uploads -X POST -u "nobody:$PUSH_PASSWORD"
expect_oci_error 401 UNAUTHORIZED $uploads -X POST -H "Authorization: Bearer x"
expect_oci_error 401 UNAUTHORIZED /v2/
expect "with the login" "$(status_of $uploads -X POST -K "$(as_pusher)")" 202
expect "a pull without" "$(status_of $pull)" 200

stop_serve
start_push_serve --login-to-pull
expect_oci_error 401 UNAUTHORIZED $pull
expect "a pull with the login" "$(status_of $pull -K "$(as_pusher)")" 200

stop_serve
"$AIRGAP" login remove --logins "$WORK/logins" --user "$PUSH_USER"
"$AIRGAP" login remove --logins "$WORK/logins" --user "$PUSH_USER" 2>"$WORK/error" &&
  fail "a user was removed twice"
finds -F "has no user $PUSH_USER" <"$WORK/error"
echo short | "$AIRGAP" login add --logins "$WORK/logins" --user x 2>"$WORK/error" &&
  fail "a short password was taken"
cat "$WORK/error"
"$AIRGAP" serve --bundle "$DEMO" --push "$WORK/overlay" --state "$WORK/state" 2>"$WORK/error" &&
  fail "pushing without logins was taken"
finds -F -- "--push needs --logins FILE" <"$WORK/error"
