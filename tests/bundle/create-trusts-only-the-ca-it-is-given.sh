#!/usr/bin/env bash
# A registry whose certificate comes from an unknown CA is refused; with --registry-ca it is not.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need docker-registry openssl

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
port=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/key.pem" -out "$WORK/ca.pem" 2>/dev/null
start_registry() {
  cat >"$WORK/$1.yml" <<YAML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $WORK/storage}}
http: {addr: "127.0.0.1:$2"$3}
YAML
  background "$1" docker-registry serve "$WORK/$1.yml"
}
plain=$(free_port)
start_registry plain "$plain" ""
wait_for 20 "docker-registry" curl -sf "http://127.0.0.1:$plain/v2/"
"$ROOT/tests/demo/push.py" "127.0.0.1:$plain" "$WORK/layout"
start_registry tls "$port" ", tls: {certificate: $WORK/ca.pem, key: $WORK/key.pem}"
wait_for 20 "docker-registry" curl -sf --cacert "$WORK/ca.pem" "https://127.0.0.1:$port/v2/"

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" \
    --mirror "ghcr.io=https://127.0.0.1:$port" --image ghcr.io/org/app:v1 "$@"
}
status=0
create 2>"$WORK/err" || status=$?
expect "without the CA" $status 3
grep -q -i certificate "$WORK/err" || fail "$(cat "$WORK/err")"
create --registry-ca "$WORK/ca.pem"
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
status=0
create --registry-ca "$WORK/key.pem.absent" 2>"$WORK/err" || status=$?
expect "a CA file that is not there" $status 3
