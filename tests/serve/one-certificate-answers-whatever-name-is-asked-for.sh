#!/usr/bin/env bash
# The server has one certificate and shows it to every client, whatever server name (SNI) the client
# asks for: a client that wants another name than those in it says so itself, by that name. The
# certificate names every address that is served on.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl ip

# shake ADDRESS ARGUMENT...: one handshake; the certificate that was shown is in WORK/shown.
shake() {
  local address=$1
  shift
  openssl s_client -connect "$address:$PORT" -CAfile "$CA" -verify_return_error "$@" \
    </dev/null >"$WORK/handshake" 2>&1 || return 1
  openssl x509 -in "$WORK/handshake" -out "$WORK/shown"
}

start_serve "$DEMO"
shake 127.0.0.1 -noservername
mv "$WORK/shown" "$WORK/wanted"
for name in localhost "$(hostname)" ghcr.io 127.0.0.1 10.1.2.3 xn--bcher-kva.example; do
  for version in 1_2 1_3; do
    shake 127.0.0.1 -servername "$name" -tls$version || fail "$name: $(cat "$WORK/handshake")"
    cmp "$WORK/shown" "$WORK/wanted" || fail "$name gets another certificate"
  done
done
! shake 127.0.0.1 -servername ghcr.io -verify_hostname ghcr.io ||
  fail "a client that wants ghcr.io is content"
finds -i 'hostname mismatch' <"$WORK/handshake"
status=0
curl -sS --cacert "$CA" --connect-to "ghcr.io:443:127.0.0.1:$PORT" https://ghcr.io/v2/ \
  -o "$WORK/body" 2>"$WORK/error" || status=$?
expect "curl's verdict on another name (60: not trusted)" $status 60
finds -F ghcr.io <"$WORK/error"

for name in localhost "$(hostname)"; do
  shake 127.0.0.1 -servername "$name" -verify_hostname "$name" || fail "$name is not in it"
done
count=0
while read -r address; do
  shake 127.0.0.1 -verify_ip "$address" || fail "$address is not in the certificate"
  count=$((count + 1))
done < <(ip -o address show up scope global | awk '{ sub("/.*", "", $4); print $4 }'
  echo 127.0.0.1)
echo "$count addresses are in the certificate"
stop_serve

# An address that no adapter lists, and is served on all the same.
PORT=$(free_port)
background serve "$AIRGAP" serve --bundle "$DEMO" --listen "127.0.0.7:$PORT" --state "$WORK/state"
wait_for 20 "serve on 127.0.0.7" shake 127.0.0.7 -verify_ip 127.0.0.7
