#!/usr/bin/env bash
# Deployments, lists, custom resources, packed files and manifests packed inside of ConfigMaps: what
# they name and the bundle lacks is named with its place; a bundle that has all of it is complete.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

make_rendered
make_bundle "$WORK/b.tar" ghcr.io/org/other:v1
check 1 --rendered "$WORK/rendered"
expect "all of it is lacking" "$(lacking)" "${RENDERED_REFERENCES[*]}"
expect "evidence" "$(json "$WORK/result" '[e["kind"] for e in v["evidence"]]')" \
  '["rendered manifests"]'
expect "passed over" "$(json "$WORK/result" 'v["evidence"][0]["filesPassedOver"]')" 1
place() {
  json "$WORK/result" '" ".join(str(l.get(k)) for l in v["lacking"] if l["reference"] == "'"$1"'"
    for k in ("certainty", "line", "object", "field"))'
}
expect "a Deployment's image" "$(place ghcr.io/cozystack/cozystack/cozystack-operator:v1.6.2)" \
  'certain 19 Deployment cozy-system/cozystack-operator spec.template.spec.containers[0].image'
expect "an environment" "$(place ghcr.io/cozystack/cozystack/platform-migrations:v1.6.2)" \
  'likely 27 Deployment cozy-system/cozystack-operator '\
'spec.template.spec.containers[0].env[1].value'
expect "a Flux source" "$(place ghcr.io/cozystack/cozystack/cozystack-packages:v1.6.2)" \
  'certain 39 OCIRepository cozy-system/cozystack-packages spec.url'
expect "what is packed" "$(place registry.k8s.io/cluster-api/core:v1.11.0)" \
  "certain 7 ConfigMap cozy-cluster-api/core-v1.11.0: Deployment cozy-cluster-api/capi-controller-\
manager binaryData[components]: spec.template.spec.containers[0].image"

make_bundle "$WORK/b.tar" "${RENDERED_REFERENCES[@]}"
check 0 --rendered "$WORK/rendered"
expect "complete" "$(json "$WORK/result" 'v["complete"]')" True
# The same from standard input, packed.
cat "$WORK/rendered/operator.yaml" | gzip | check 0 --rendered -
"$AIRGAP" bundle check-complete "$WORK/b.tar" --rendered "$WORK/rendered" |
  finds 'operators derive at run time are not in it: add --live'
make_bundle "$WORK/b.tar" "${RENDERED_REFERENCES[@]:1}"
check 1 --rendered "$WORK/rendered"
expect "lacking" "$(lacking)" docker.io/library/busybox:1.37
