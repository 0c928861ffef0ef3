#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
start_serve "$DEMO"
verified() {
  get /api/v1/status -o "$WORK/status.json"
  [ "$(json "$WORK/status.json" 'v["bundles"][0]["verifiedBytes"] == v["bundles"][0]["bytes"]')" \
    = True ]
}
wait_for 60 "verification" verified
field() { json "$WORK/status.json" "$1"; }
expect "name" "$(field 'v["bundles"][0]["name"]')" demo
expect "version" "$(field 'v["bundles"][0]["version"]')" 1
tar -xOf "$DEMO" index.json >"$WORK/index.json"
expect "digest" "$(field 'v["bundles"][0]["digest"]')" "sha256:$(sha256_of "$WORK/index.json")"
expect "corrupt" "$(field 'v["bundles"][0]["corruptBlobs"]')" "[]"
field 'v["state"]'
field 'v["version"]'
field 'v["uptimeSeconds"]'
field 'v["addresses"]'
fingerprint=$(openssl x509 -in "$CA" -outform der | sha256sum | cut -d ' ' -f 1)
grep -i -q "$fingerprint" <(tr -d ':' <"$WORK/status.json") ||
  fail "the CA's fingerprint is not $fingerprint: $(field 'v["caFingerprint"]')"
expect "healthz" "$(status_of /healthz)" 200
get /metrics | finds '^[a-z_]*{*.* [0-9]' || fail "no metrics"
