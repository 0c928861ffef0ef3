#!/usr/bin/env bash
# demo/busybox is on two upstreams: nothing is guessed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
expect_oci_error 404 NAME_UNKNOWN /v2/demo/busybox/manifests/1.37.0
for candidate in quay.io/demo/busybox registry.k8s.io/demo/busybox; do
  grep -q -F "$candidate" "$WORK/body" || fail "$candidate is not named: $(cat "$WORK/body")"
done
