#!/usr/bin/env bash
# A registry that wants a token, redirects blobs to another host, drops them half-way and is
# overloaded at first: create asks again and goes on by range; the token stays with the registry.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
port=$(free_port)
background registry "$ROOT/tests/bundle/misbehaving-registry" "$port" "$WORK/layout"
wait_for 20 "the registry" curl -s -o "$WORK/body" "http://127.0.0.1:$port/v2/"

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" \
    --mirror "ghcr.io=http://127.0.0.1:$port" --image ghcr.io/org/app:v1 "$@"
}
printf '{"auths":{"127.0.0.1:%s":{"username":"user","password":"secret"}}}' "$port" \
  >"$WORK/right.json"
printf '{"auths":{"127.0.0.1:%s":{"username":"user","password":"guess"}}}' "$port" \
  >"$WORK/wrong.json"

status=0
create --credentials "$WORK/wrong.json" 2>"$WORK/err" || status=$?
expect "with the wrong password" $status 3
grep -q 'credentials' "$WORK/err" || fail "$(cat "$WORK/err")"
grep -q -e guess -e secret "$WORK/err" && fail "the password is shown"

create --credentials "$WORK/right.json"
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
grep -q '^/cdn/.* bytes=[0-9]' "$WORK/registry.log" || fail "no blob was resumed by range"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$WORK/f.tar"
cmp "$WORK/b.tar" "$WORK/f.tar"

rm "$WORK/b.tar"
touch "$WORK/layout/wrong"
status=0
create --credentials "$WORK/right.json" 2>"$WORK/err" || status=$?
expect "with wrong bytes" $status 1
[ ! -e "$WORK/b.tar" ] || fail "a bundle was left"
