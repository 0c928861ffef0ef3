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

# as_pusher [NUMBER] gives curl the login without showing it in the list of processes; a NUMBER for
# each of those who do it side by side.
as_pusher() {
  local file=$WORK/curlrc${1:-}
  printf 'user = "%s:%s"\n' "$PUSH_USER" "$PUSH_PASSWORD" >"$file"
  printf '%s\n' "$file"
}

# push_blobs NUMBER: one blob after the other until nobody answers any more; what was acknowledged
# is in WORK/acknowledged.NUMBER. For several side by side.
push_blobs() {
  local count digest status
  for ((count = 1; ; count++)); do
    head -c $((20000 + RANDOM * 20)) /dev/urandom >"$WORK/blob.$1.$count"
    digest=sha256:$(sha256_of "$WORK/blob.$1.$count")
    status=$(curl -s -m 60 --cacert "$CA" -K "$(as_pusher "$1")" -o "$WORK/body.$1" \
      -w '%{http_code}' -X POST --data-binary "@$WORK/blob.$1.$count" \
      "$URL/v2/site.example/app/blobs/uploads/?digest=$digest") || return 0
    if [ "$status" != 201 ]; then
      echo "a push got $status: $(cat "$WORK/body.$1")" >"$WORK/refused"
      return 1
    fi
    echo "$digest $WORK/blob.$1.$count" >>"$WORK/acknowledged.$1"
  done
}

# expect_acknowledged MINIMUM [LIST]: what push_blobs was told is there is there, byte by byte; of
# all its lists, or as far as this one goes.
expect_acknowledged() {
  local digest file count list=${2:-$WORK/acknowledged}
  [ ! -e "$WORK/refused" ] || fail "$(cat "$WORK/refused")"
  [ $# -eq 2 ] || cat "$WORK"/acknowledged.[0-9]* >"$list"
  count=$(wc -l <"$list")
  [ "$count" -ge "$1" ] || fail "only $count pushes were acknowledged"
  while read -r digest file; do
    curl -sf -m 60 --cacert "$CA" -o "$WORK/got" "$URL/v2/site.example/app/blobs/$digest" ||
      fail "$digest was acknowledged and is lost"
    cmp "$file" "$WORK/got"
  done <"$list"
  echo "$count acknowledged pushes are there"
}
