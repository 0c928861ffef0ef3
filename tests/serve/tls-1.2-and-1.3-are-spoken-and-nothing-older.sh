#!/usr/bin/env bash
# TLS 1.3 and 1.2 with http/1.1 by ALPN; a certificate for the names and addresses of this machine,
# valid since long ago, so that a clock that is years behind stops nobody.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
start_serve "$DEMO"

# handshake ARGUMENT...: does one succeed, with a certificate that this client trusts?
handshake() {
  openssl s_client -connect "127.0.0.1:$PORT" -CAfile "$CA" -verify_return_error "$@" </dev/null \
    >"$WORK/handshake" 2>&1
}

for version in 1_2 1_3; do
  handshake -tls$version -alpn h2,http/1.1 || fail "TLS $version: $(cat "$WORK/handshake")"
  finds -F 'ALPN protocol: http/1.1' <"$WORK/handshake" || fail "TLS $version: no ALPN"
done
for version in 1 1_1; do
  ! handshake -tls$version -cipher DEFAULT:@SECLEVEL=0 || fail "TLS $version is spoken"
done

handshake -verify_hostname localhost || fail "localhost is not in the certificate"
! handshake -verify_hostname elsewhere.example || fail "the certificate is for everybody"
for address in $(hostname -I); do
  handshake -verify_ip "$address" || fail "$address is not in the certificate"
done

for year in 2005 2020 2060; do
  handshake -attime "$(date -d $year-01-01 +%s)" ||
    fail "not valid in $year: $(openssl x509 -in "$WORK/state/server.pem" -noout -dates)"
done
