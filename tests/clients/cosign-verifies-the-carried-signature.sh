#!/usr/bin/env bash
# The signature of an image comes with it, and cosign finds and verifies it; with another key, not.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
need openssl

start_serve "$DEMO"
use_go_clients
image=$(here ghcr.io/cozystack/demo/debian:13)
verify() {
  "$PEERS/cosign" verify --key "$1" --insecure-ignore-tlog=true "$image" >"$WORK/verified" \
    2>"$WORK/said"
}
verify "$ROOT/tests/demo/cosign.pub" || fail "$(cat "$WORK/said")"
expect "what is signed" \
  "$(json "$WORK/verified" 'v[0]["critical"]["image"]["docker-manifest-digest"]')" \
  "$("$PEERS/crane" digest "$image")"
openssl genrsa -out "$WORK/other.key" 2048 2>/dev/null
openssl rsa -in "$WORK/other.key" -pubout -out "$WORK/other.pub" 2>/dev/null
! verify "$WORK/other.pub" || fail "another key verifies it too"
finds -i 'no matching signatures' <"$WORK/said" || fail "$(cat "$WORK/said")"
"$PEERS/cosign" tree "$image" | finds -F '.sig' || fail "no signature in the tree"
