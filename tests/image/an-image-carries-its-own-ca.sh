#!/usr/bin/env bash
# An image has a CA of its own, which stays when bundles or a site file are added and is limited by
# name constraints; with the site's CA it is issued by that. openssl, curl and a Go client believe
# what the CA may issue, and nothing else that somebody who has the stick signs with it.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need openssl curl
CRANE=$ROOT/build/peers/crane
need_file "$CRANE" scripts/build-peers

build() {
  "$AIRGAP" image build --quiet --base "$1" --state-size 0 "${@:3}" --file "$2"
}
# take IMAGE FOLDER prints the fingerprint of its CA.
take() {
  rm -rf "$2"
  "$AIRGAP" media identity "$1" --dir "$2" | sed -n 's/^fingerprint *//p'
}
# fails STATUS SAYS COMMAND...
fails() {
  local wanted=$1 says=$2 status=0
  shift 2
  "$@" >"$WORK/said" 2>&1 || status=$?
  expect "exit status of $*" $status "$wanted"
  finds -F -- "$says" <"$WORK/said" || fail "$* said: $(cat "$WORK/said")"
}

make_bundle one 70000
build "$BASE" "$WORK/a.iso" --bundle "$WORK/one.tar"
expect "who may read an image with a key" "$(stat -c %a "$WORK/a.iso")" 600
ca=$(take "$WORK/a.iso" "$WORK/a")
expect "who may read the key" "$(stat -c %a "$WORK/a/ca.key")" 600
echo "hostNames: [seed.example.org]" >"$WORK/site.yaml"

# An identity that may not name the site's host is no use to it, and another is not made silently.
fails 2 "may not issue for seed.example.org" build "$WORK/a.iso" "$WORK/b.iso" \
  --site "$WORK/site.yaml"
build "$WORK/a.iso" "$WORK/b.iso" --site "$WORK/site.yaml" --new-identity
[ "$(take "$WORK/b.iso" "$WORK/b")" != "$ca" ] || fail "the identity is not new"
echo "name: Rack 7" >"$WORK/name.yaml"
build "$WORK/a.iso" "$WORK/c.iso" --site "$WORK/name.yaml"
expect "the CA after a site file was added" "$(take "$WORK/c.iso" "$WORK/c")" "$ca"
build "$BASE" "$WORK/d.iso" --bundle "$WORK/one.tar"
[ "$(take "$WORK/d.iso" "$WORK/d")" != "$ca" ] || fail "two images have one CA"
build "$BASE" "$WORK/none.iso" --bundle "$WORK/one.tar" --no-identity
fails 3 "carries no identity" "$AIRGAP" media identity "$WORK/none.iso" --dir "$WORK/none"

# The site's CA.
site=("$AIRGAP" site init --dir "$WORK/ca" --name "Rack 7" --dns example.org --subnet 127.0.0.0/8)
"${site[@]}" >"$WORK/said"
expect "who may read the site's key" "$(stat -c %a "$WORK/ca/ca.key")" 600
cp -r "$WORK/ca" "$WORK/ca.before"
fails 2 "made once" "${site[@]}"
diff -r "$WORK/ca" "$WORK/ca.before"
fails 2 "is no subnet" "$AIRGAP" site init --dir "$WORK/x" --subnet 10.0.0.0
fails 2 "--dns" "$AIRGAP" site init --dir "$WORK/x" --dns "a b"
build "$BASE" "$WORK/site.iso" --bundle "$WORK/one.tar" --site "$WORK/site.yaml" \
  --site-ca "$WORK/ca"
expect "what nodes trust" "$(take "$WORK/site.iso" "$WORK/id")" \
  "$(openssl x509 -in "$WORK/ca/ca.pem" -noout -fingerprint -sha256 | cut -d = -f 2)"
! grep -q -a -F "$(sed -n 2p "$WORK/ca/ca.key")" "$WORK/site.iso" || fail "the site's key is in it"
openssl verify -CAfile "$WORK/ca/ca.pem" "$WORK/id/issuer.pem"
text=$(openssl x509 -in "$WORK/id/issuer.pem" -noout -text)
finds -F "X509v3 Name Constraints: critical" <<<"$text" || fail "no constraints: $text"
finds -F "DNS:example.org" <<<"$text" || fail "not limited to the site: $text"
echo "hostNames: [seed.example.com]" >"$WORK/other.yaml"
fails 2 "may not issue for seed.example.com" build "$BASE" "$WORK/x.iso" \
  --site "$WORK/other.yaml" --site-ca "$WORK/ca"

# What the appliance issues, to clients that check the whole chain.
"$AIRGAP" identity --quiet --dir "$WORK/id"
openssl verify -CAfile "$WORK/id/ca.pem" -untrusted "$WORK/id/server.pem" "$WORK/id/server.pem"

# leaf NAME SAN: WORK/NAME.pem and .key, signed with the stick's key by whoever has it.
leaf() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$WORK/$1.key" \
    -subj "/CN=$1" -out "$WORK/$1.csr" 2>/dev/null
  openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/id/issuer.pem" -CAkey "$WORK/id/ca.key" \
    -days 30 -extfile <(echo "subjectAltName=$2") -out "$WORK/$1.leaf" 2>/dev/null
  cat "$WORK/$1.leaf" "$WORK/id/issuer.pem" >"$WORK/$1.pem"
}
# serve_as NAME: with that certificate, on PORT.
serve_as() {
  PORT=$(free_port)
  "$AIRGAP" serve --bundle "$WORK/one.tar" --listen "127.0.0.1:$PORT" --tls-cert "$WORK/$1.pem" \
    --tls-key "$WORK/$1.key" >"$WORK/serve.log" 2>&1 &
  LAST_PID=$!
  PIDS+=("$LAST_PID")
  wait_for 20 "the server of $1" curl -sk -o /dev/null "https://127.0.0.1:$PORT/v2/"
}
# asks NAME [CURL ARGUMENT...]: the server on PORT under this name, with curl.
asks() {
  curl -sf -o "$WORK/body" --cacert "$WORK/ca/ca.pem" --resolve "$1:$PORT:127.0.0.1" \
    "https://$1:$PORT/v2/"
}
# crane_says: the same with a Go client, by address.
crane_says() {
  SSL_CERT_FILE=$WORK/ca/ca.pem "$CRANE" catalog "127.0.0.1:$PORT" >"$WORK/said" 2>&1
}
leaf fine DNS:localhost,DNS:seed.example.org,IP:127.0.0.1
serve_as fine
for name in localhost seed.example.org; do asks $name || fail "curl does not believe $name"; done
crane_says || fail "crane said: $(cat "$WORK/said")"
stop_serve
leaf foreign DNS:localhost,DNS:foreign.example.com,IP:127.0.0.1
serve_as foreign
for name in localhost foreign.example.com; do
  ! asks $name || fail "curl believes a certificate for foreign.example.com"
done
! crane_says || fail "crane believes a certificate for foreign.example.com"
finds -e "not permitted" -e constraint <"$WORK/said" || fail "crane said: $(cat "$WORK/said")"
