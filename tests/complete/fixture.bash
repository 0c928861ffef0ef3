# Rendered manifests and a bundle for them. Source it, don't run it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# shellcheck disable=SC2034 # for those who source this file
# What the manifests under rendered/ and the packed one name.
RENDERED_REFERENCES=(
  docker.io/library/busybox:1.37
  ghcr.io/cozystack/cozystack/cozystack-operator:v1.6.2
  ghcr.io/cozystack/cozystack/cozystack-packages:v1.6.2
  ghcr.io/cozystack/cozystack/platform-migrations:v1.6.2
  quay.io/cilium/cilium:v1.19.0
  quay.io/kubevirt/sidecar-shim:v1.8.4
  registry.k8s.io/cluster-api/core:v1.11.0
)

# make_rendered: WORK/rendered, with a provider of Cluster API packed in a ConfigMap, as its operator
# keeps them, and one file packed as a whole.
make_rendered() {
  cp -R "$ROOT/tests/complete/rendered" "$WORK/rendered"
  gzip "$WORK/rendered/apps/daemonset.yml"
  {
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: core-v1.11.0\n'
    printf '  namespace: cozy-cluster-api\nbinaryData:\n  components: %s\n' "$(gzip -nc <<'YAML' | base64 -w 0
apiVersion: apps/v1
kind: Deployment
metadata: {name: capi-controller-manager, namespace: cozy-cluster-api}
spec:
  template:
    spec:
      containers:
        - name: manager
          image: registry.k8s.io/cluster-api/core:v1.11.0
YAML
    )"
  } >"$WORK/rendered/capi.yaml"
}

# make_bundle FILE REFERENCE...: one image under each of the references.
make_bundle() {
  local file=$1
  shift
  rm -rf "$WORK/layout"
  "$ROOT/tests/bundle/make-layout" one "$WORK/layout" "$@"
  "$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$file"
}

# check STATUS ARGUMENT...: check-complete on WORK/b.tar as JSON in WORK/result.
check() {
  local wanted=$1 status=0
  shift
  "$AIRGAP" --output json bundle check-complete "$WORK/b.tar" "$@" >"$WORK/result" \
    2>"$WORK/err" || status=$?
  [ $status -eq "$wanted" ] ||
    fail "check-complete $*: exit status $status: $(cat "$WORK/err" "$WORK/result")"
}

# lacking prints the references that the last check found lacking, in one line.
lacking() {
  json "$WORK/result" '" ".join(sorted(l["reference"] for l in v["lacking"]))'
}
