#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
expect "a bare path" "$(status_of /v2/cozystack/demo/debian/manifests/13)" 200
expect "a short name" "$(status_of '/v2/busybox/manifests/1.37.0?ns=docker.io')" 200
expect "ns and a bare path" "$(status_of '/v2/demo/busybox/manifests/1.37.0?ns=quay.io')" 200
expect "ns of another upstream" \
  "$(status_of '/v2/cozystack/demo/debian/manifests/13?ns=quay.io')" 404
expect "ns that is nowhere" "$(status_of '/v2/demo/busybox/manifests/1.37.0?ns=example.com')" 404
