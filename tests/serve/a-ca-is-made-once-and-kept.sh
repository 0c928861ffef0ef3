#!/usr/bin/env bash
# Without a certificate given, a CA of its own; a restart keeps it, so trust is set up once.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
start_serve "$DEMO"
first=$(sha256_of "$CA")
get /ca.pem -o "$WORK/served"
cmp "$WORK/served" "$CA" || fail "/ca.pem is another certificate"
expect "mode of the CA's key" "$(stat -c %a "$WORK/state/ca.key")" 600
# The group is that of the services that speak TLS.
expect "mode of the server's key" "$(stat -c %a "$WORK/state/server.key")" 640
openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
  openssl verify -CAfile "$CA" -purpose sslserver -verify_ip 127.0.0.1 ||
  fail "the server's certificate"
kill "$LAST_PID"
wait "$LAST_PID" || true
start_serve "$DEMO"
expect "the CA after a restart" "$(sha256_of "$CA")" "$first"
