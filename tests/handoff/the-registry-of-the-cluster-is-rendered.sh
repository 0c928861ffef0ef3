#!/usr/bin/env bash
# timeout: 120
# The manifests of a registry for the cluster: Kubernetes' own code reads them strictly; a
# certificate of the site's CA for the registry's name and its nodes; and with the configuration in
# them a real registry, its files in S3, takes a push and is read back, also when the node that took
# it is lost, and from a node that is new. What would not work is refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
need openssl
K8S=$ROOT/build/peers/k8scheck
need_file "$K8S" "make peers"
"$AIRGAP" site init --quiet --dir "$WORK/ca" --dns registry.cozy-system
render() {
  "$AIRGAP" registry render --node 10.0.0.11 --node 10.0.0.12 --site-ca "$WORK/ca" \
    --file "$WORK/registry.yaml" "$@"
}
# part NAME prints what the Secret has under it.
part() { sed -n "s|^  $1: ||p" "$WORK/registry.yaml" | head -n 1 | base64 -d; }

S3_PORT=$(free_port)
port=$(free_port)
export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
render --kind distribution --storage s3 --s3-endpoint "http://127.0.0.1:$S3_PORT" \
  --s3-bucket images --port "$port" --node 127.0.0.1 --node 127.0.0.2 \
  --assets-image ghcr.io/cozy-airgap/cozy-airgap:1 >"$WORK/out"
expect "its mode" "$(stat -c %a "$WORK/registry.yaml")" 600
"$K8S" <"$WORK/registry.yaml" >"$WORK/kinds"
expect "what is in it" "$(tr '\n' ',' <"$WORK/kinds")" "Namespace cozy-airgap,\
Secret airgap-registry,DaemonSet airgap-registry,ConfigMap airgap-assets,\
Deployment airgap-assets,Service airgap-assets,CiliumClusterwideNetworkPolicy airgap-assets,"
grep -q -e "--host 10.0.0.11=registry.cozy-system --host 10.0.0.12=registry.cozy-system" "$WORK/out"
part tls.crt >"$WORK/tls.crt"
part tls.key >"$WORK/tls.key"
openssl verify -CAfile "$WORK/ca/ca.pem" -untrusted "$WORK/tls.crt" \
  -verify_hostname registry.cozy-system "$WORK/tls.crt" >"$WORK/log"
openssl verify -CAfile "$WORK/ca/ca.pem" -untrusted "$WORK/tls.crt" -verify_ip 10.0.0.12 \
  "$WORK/tls.crt" >"$WORK/log"

background s3 "$ROOT/build/peers/s3" "127.0.0.1:$S3_PORT" images
wait_for 10 "S3" curl -s -o /dev/null "http://127.0.0.1:$S3_PORT/"
part config.yml | sed "s|/etc/registry|$WORK|g" >"$WORK/config.yml"
# The test's S3 cannot copy parts.
sed -i 's|^    bucket:|    multipartcopythresholdsize: 1000000000\n&|' "$WORK/config.yml"
# start_replica ADDRESS: what the DaemonSet runs on the node of this address.
start_replica() {
  sed "s|addr: .*:$port|addr: \"$1:$port|" "$WORK/config.yml" >"$WORK/$1.yml"
  background "registry-$1" env OTEL_TRACES_EXPORTER=none "$ROOT/build/peers/registry3" serve \
    "$WORK/$1.yml"
  wait_for 20 "the registry" curl -s --cacert "$WORK/ca/ca.pem" -o /dev/null "https://$1:$port/v2/"
}
start_replica 127.0.0.1
first=$LAST_PID
start_replica 127.0.0.2
second=$LAST_PID
both=(--registry-ca "$WORK/ca/ca.pem" --bundle "$DEMO")
has_everything() {
  "$AIRGAP" preflight --quiet "${both[@]}" --registry "https://$1:$port" --deep
}
"$AIRGAP" push --quiet "${both[@]}" --to "https://127.0.0.1:$port" --tool ghcr.io
has_everything 127.0.0.1
# Its node is lost: the other one has all of it, and goes on taking pushes.
kill -9 "$first"
wait "$first" || true
has_everything 127.0.0.2
"$AIRGAP" push "${both[@]}" --to "https://127.0.0.2:$port" | finds "nothing to do" ||
  fail "something was lost"
# A new node, which has nothing; then the other one is lost.
start_replica 127.0.0.1
kill -9 "$second"
wait "$second" || true
has_everything 127.0.0.1
curl -sf --cacert "$WORK/ca/ca.pem" -o "$WORK/tags" \
  "https://127.0.0.1:$port/v2/ghcr.io/cozy-airgap/cozy-airgap/tags/list"
"$AIRGAP" prune --registry-ca "$WORK/ca/ca.pem" --registry "https://127.0.0.1:$port" \
  --keep "$DEMO" >"$WORK/out"
grep -q "nothing to delete" "$WORK/out" || fail "$(cat "$WORK/out")"

echo 'u:$2y$05$abcdefghijklmnopqrstuu' >"$WORK/htpasswd"
render --kind zot --storage pvc --storage-class replicated --htpasswd "$WORK/htpasswd" >"$WORK/out"
"$K8S" <"$WORK/registry.yaml" >"$WORK/kinds"
grep -q -x "PersistentVolumeClaim airgap-registry" "$WORK/kinds"
part config.json >"$WORK/config.json"
expect "Docker's schema 2" "$(json "$WORK/config.json" 'v["http"]["compat"]')" '["docker2s2"]'
expect "who may pull" "$(json "$WORK/config.json" \
  'v["http"]["accessControl"]["repositories"]["**"]["anonymousPolicy"]')" '["read"]'
! grep -q -i -e insecure -e skip_verify "$WORK/registry.yaml" || fail "that trusts anybody"

refused() {
  local words=$1
  shift
  ! render "$@" 2>"$WORK/error" || fail "it is taken: $*"
  finds -F -e "$words" <"$WORK/error" || fail "$(cat "$WORK/error")"
}
refused "take zot" --kind distribution --storage pvc --storage-class x --htpasswd "$WORK/htpasswd"
refused "--storage s3 goes with --s3-endpoint" --kind zot --storage s3
refused "--storage-class" --kind zot --storage pvc
refused "may not issue a certificate for 8.8.8.8" --kind zot --storage pvc --storage-class x \
  --node 8.8.8.8
unset AWS_ACCESS_KEY_ID
refused "AWS_ACCESS_KEY_ID" --kind zot --storage s3 --s3-endpoint http://s3 --s3-bucket b
