# What the tests of pushing share: a server that takes pushes and a login. Source it after lib.sh.
# shellcheck shell=bash

PUSH_USER=night PUSH_PASSWORD=shift-of-six-machines

# start_push_serve [ARGUMENT...]: start_serve with the demo bundle and an overlay in WORK/overlay.
start_push_serve() {
  printf '%s\n' "$PUSH_PASSWORD" |
    "$AIRGAP" login add --logins "$WORK/logins" --user "$PUSH_USER" >/dev/null
  PUSH_ARGUMENTS=(--push "$WORK/overlay" --logins "$WORK/logins")
  start_serve "$DEMO" "${PUSH_ARGUMENTS[@]}" "$@"
}

# conformance REPORT [VARIABLE=VALUE...] runs the OCI suite against URL; its reports are kept in
# build/conformance/REPORT. Fails unless everything that was asked passed.
conformance() {
  local file report=$ROOT/build/conformance/$1 peer=$ROOT/build/peers/conformance
  shift
  need_file "$peer" scripts/build-peers
  rm -rf -- "$report"
  mkdir -p "$report"
  (cd "$WORK" && env SSL_CERT_FILE="$CA" OCI_REGISTRY="${URL#https://}" OCI_TLS=enabled \
    OCI_RESULTS_DIR="$report" OCI_LOG=error "$@" "$peer") >"$report/log" 2>&1 || {
    tail -n 60 "$report/log" >&2
    fail "the conformance suite found something; see $report"
  }
  for file in junit.xml report.html; do need_file "$report/$file" "the conformance suite"; done
  CONFORMANCE=$(sed -n 's/.*<testsuite .*\(tests=.*\) time=.*/\1/p' "$report/junit.xml")
  finds -F 'failures="0" errors="0"' <<<"$CONFORMANCE" || fail "the report says $CONFORMANCE"
  echo "$CONFORMANCE"
}

# as_pusher gives curl the login without showing it in the list of processes.
as_pusher() {
  printf 'user = "%s:%s"\n' "$PUSH_USER" "$PUSH_PASSWORD" >"$WORK/curlrc"
  printf '%s\n' "$WORK/curlrc"
}
