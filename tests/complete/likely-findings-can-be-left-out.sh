#!/usr/bin/env bash
# --only-certain and --ignore let findings not count; the result lists them and says why.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

make_rendered
make_bundle "$WORK/b.tar" "${RENDERED_REFERENCES[@]:0:3}" quay.io/cilium/cilium:v1.19.0 \
  registry.k8s.io/cluster-api/core:v1.11.0
check 1 --rendered "$WORK/rendered"
expect "lacking" "$(lacking)" \
  "ghcr.io/cozystack/cozystack/platform-migrations:v1.6.2 quay.io/kubevirt/sidecar-shim:v1.8.4"
check 0 --rendered "$WORK/rendered" --only-certain
expect "ignored" "$(json "$WORK/result" '{i["ignoredBy"] for i in v["ignored"]}.pop()')" \
  --only-certain
check 1 --rendered "$WORK/rendered" --ignore 'quay.io/kubevirt/*'
expect "lacking" "$(lacking)" ghcr.io/cozystack/cozystack/platform-migrations:v1.6.2
expect "ignored" "$(json "$WORK/result" \
  '" ".join(i["reference"] + " by " + i["ignoredBy"] for i in v["ignored"])')" \
  'quay.io/kubevirt/sidecar-shim:v1.8.4 by quay.io/kubevirt/*'
check 0 --rendered "$WORK/rendered" --ignore 'quay.io/kubevirt/*' --ignore '*migrations*'
