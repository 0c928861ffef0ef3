#!/usr/bin/env bash
# `bundle sign` writes an Ed25519 signature in place: the identity and every other byte stay,
# openssl checks it as FORMAT.md says, and `verify --key` wants one of the keys that it is given.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need openssl jq

"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
bundle=$WORK/b.tar
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$bundle"
cp "$bundle" "$WORK/unsigned.tar"
for key in release other; do
  openssl genpkey -algorithm ed25519 -out "$WORK/$key.key"
  openssl pkey -in "$WORK/$key.key" -pubout -out "$WORK/$key.pub"
done

# exits STATUS COMMAND...: standard error is in WORK/err.
exits() {
  local wanted=$1 status=0
  shift
  "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
  [ "$status" = "$wanted" ] || fail "$* ends with $status, not $wanted: $(cat "$WORK/err")"
}
exits 1 "$AIRGAP" bundle verify --key "$WORK/release.pub" "$bundle"
"$AIRGAP" bundle sign --quiet --key "$WORK/release.key" "$bundle"
"$AIRGAP" bundle sign --quiet --key "$WORK/release.key" "$bundle" # again is no second one
"$AIRGAP" bundle verify --quiet --key "$WORK/release.pub" "$bundle"
"$AIRGAP" bundle verify --quiet --key "$WORK/other.pub" --key "$WORK/release.pub" "$bundle"
exits 1 "$AIRGAP" bundle verify --key "$WORK/other.pub" "$bundle"
id=$(openssl pkey -pubin -in "$WORK/release.pub" -outform DER | sha256sum | cut -d ' ' -f 1)
grep -q "$id" "$WORK/err" || fail "who signed is not named: $(cat "$WORK/err")"
"$AIRGAP" bundle inspect "$bundle" | finds "$id" || fail "inspect does not show the key"

# Only the entry changed, and openssl alone agrees.
[ "$(cmp -l "$bundle" "$WORK/unsigned.tar" | wc -l)" -le 4096 ] || fail "other bytes changed"
tar -xOf "$bundle" index.json >"$WORK/index.json"
tar -xOf "$bundle" cozy-airgap/signatures >"$WORK/signatures"
expect "signatures" "$(jq '.signatures | length' "$WORK/signatures")" 1
jq -r '.signatures[0].signature' "$WORK/signatures" | base64 -d >"$WORK/index.sig"
openssl pkeyutl -verify -pubin -inkey "$WORK/release.pub" -rawin -in "$WORK/index.json" \
  -sigfile "$WORK/index.sig" >"$WORK/out"

# Another index.json under the same signature is refused; so is what is no key for this.
sed 's/"io.cozystack.airgap.version":"1"/"io.cozystack.airgap.version":"2"/' "$bundle" \
  >"$WORK/forged.tar"
cmp -s "$bundle" "$WORK/forged.tar" && fail "nothing was forged"
exits 1 "$AIRGAP" bundle verify --key "$WORK/release.pub" "$WORK/forged.tar"
openssl genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out "$WORK/rsa.key" 2>/dev/null
exits 2 "$AIRGAP" bundle sign --key "$WORK/rsa.key" "$bundle"
grep -q -i ed25519 "$WORK/err" || fail "$(cat "$WORK/err")"
exits 2 "$AIRGAP" bundle sign --key "$WORK/index.json" "$bundle"
exits 3 "$AIRGAP" bundle sign --key "$WORK/nothing" "$bundle"
"$AIRGAP" bundle verify --quiet --key "$WORK/release.pub" "$bundle"
