#!/usr/bin/env bash
# timeout: 300
# The whole handoff: everything goes to the registry of the site file and is read back; a power cut
# in the middle costs nothing. Then a real containerd with mirrors that lead there pulls the probes,
# which tell the appliance, and nothing else counts as a proof: not a forged one, not one of a node
# that is not listed. The appliance is not retired before every node is proven and none pulls from
# it any more; then there is a signed receipt, nobody is served, all of it comes from the registry,
# and rolling back serves again.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../containerd.sh"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/appliance.bash"
alone_on_the_network
start_network
start_target with-login
make_handoff_site
start_appliance
retire_is_refused "no volume for state" "start the handoff" "node node1 is unknown"
kill "$CONTROLD" && wait "$CONTROLD"
start_controld kept
retire_is_refused "start the handoff"
expect "a wrong login" "$(curl -s --cacert "$CA" -u x:y -X POST -o "$WORK/body" \
  -w '%{http_code}' "https://$SEED/api/v1/handoff/start")" 401

# The power goes while it pushes.
handoff start >"$WORK/out"
sleep 0.$((RANDOM % 8 + 1))
kill -9 "$CONTROLD"
wait "$CONTROLD" || true
start_controld kept
handoff status --wait >"$WORK/out"
handoff_is 'v["phase"] == "verified" and v["hashedBytes"] > 60 << 20' || fail "$(cat "$WORK/out")"
preflight_target --quiet --deep
handoff start --wait >"$WORK/out"
handoff_is 'v["phase"] == "verified" and v["uploadedBytes"] == 0' ||
  fail "the second time: $(cat "$WORK/handoff.json")"
retire_is_refused "node node1 is unknown: no proof of docker.io, docker.io by Talos"

# What proves nothing.
run=$(curl -sf --cacert "$CA" "https://$SEED/api/v1/handoff/probe.yaml" |
  sed -n 's/.*run: "\(.*\)".*/\1/p' | head -n 1)
report() {
  curl -s --cacert "$CA" -X POST -o "$WORK/body" -w '%{http_code}' \
    "https://$SEED/api/v1/handoff/report?run=$1&node=$2&host=$3&proof=$4"
}
zeros=$(printf '0%.0s' {1..64})
expect "a forged proof" "$(report "$run" node1 ghcr.io "$zeros")" 403
expect "one of another handoff" "$(report 0 node1 ghcr.io "$zeros")" 409
expect "one of an unknown upstream" "$(report "$run" node1 x.example "$zeros")" 403

# The nodes: node1 pulls from here first, as until now; then its mirrors lead to the registry.
get "/v2/ghcr.io/cozystack/demo/debian/manifests/13" --interface "$NODE1" -o "$WORK/manifest"
start_containerd
"$AIRGAP" mirrors render --quiet --containerd --prefixed --bundle "$DEMO" --endpoint "$TARGET" \
  --ca "$TARGET_CA" --dir "$WORK/hosts"
curl -sf --cacert "$CA" "https://$SEED/api/v1/handoff/probe.yaml" | "$ROOT/build/peers/k8scheck" |
  finds -x "DaemonSet probe" || fail "Kubernetes would not take the probes"
probes >"$WORK/probes"
[ "$(wc -l <"$WORK/probes")" -ge 3 ] || fail "too few probes: $(cat "$WORK/probes")"
# prove NODE: what the DaemonSet does there. One program alone is in the image.
prove() {
  local reference
  while read -r _ reference; do
    ctr_here images pull --user "$TARGET_USER:$TARGET_PASSWORD" --snapshotter native \
      --hosts-dir "$WORK/hosts" "$reference" >"$WORK/pull.log" 2>&1 ||
      fail "$reference: $(tail -n 3 "$WORK/pull.log")"
    run_in_image "$reference" /cozy-airgap handoff report /probe.json --node "$1" >>"$WORK/said"
  done <"$WORK/probes"
}
prove node1
grep -q "node1 pulled this from the registry that takes over, as ghcr.io" "$WORK/said"
handoff_is 'v["phase"] == "cutover"' || fail "$(cat "$WORK/handoff.json")"
retire_is_refused "node node1 is unknown: no proof of docker.io by Talos"
handoff talos node1 >"$WORK/out"
! handoff talos nobody 2>"$WORK/error" || fail "a node that is not listed is proven"
finds "not in handoff.nodes" <"$WORK/error" || fail "$(cat "$WORK/error")"
handoff_is '[n["state"] for n in v["nodes"]] == ["proven", "unknown"]' ||
  fail "$(cat "$WORK/handoff.json")"

# node2 is proven, and still pulls from here: half of its mirrors lead there.
prove node2
handoff talos node2 >"$WORK/out"
sleep 7
get "/v2/ghcr.io/cozystack/demo/debian/manifests/13" --interface "$NODE2" -o "$WORK/manifest"
wait_for 10 "that node2 is seen" handoff_is 'v["nodes"][1]["state"] == "half-migrated"'
half="node node2 is half-migrated: $NODE2 was served from here at"
retire_is_refused "$half"
# A service that starts anew has seen nobody yet: that it did is kept.
kill -9 "$REGISTRYD" "$CONTROLD"
wait "$REGISTRYD" "$CONTROLD" || true
start_registryd
start_controld kept
retire_is_refused "$half"
prove node2
handoff talos node2 >"$WORK/out"

# Another medium is plugged in, and somebody's new machines come from it.
head -c 100000 /dev/urandom >"$WORK/disk"
"$AIRGAP" bundle create --quiet --name more --version 1 --file "$WORK/more.tar" \
  --asset "image/x/v1.13.6/openstack-amd64.raw.xz=$WORK/disk"
echo "$WORK/more.tar" >>"$WORK/bundles"
wait_for 10 "the other bundle" curl -sf --interface "$TARGET_ADDRESS" -o "$WORK/body" \
  "http://$SEED/image/x/v1.13.6/openstack-amd64.raw.xz"
others='any("other bundles are served now" in r for r in v["reasonsAgainstRetiring"])'
wait_for 10 "that it is known" handoff_is "$others"
echo "$DEMO" >"$WORK/bundles"
wait_for 10 "that it is gone" handoff_is "not $others"
wait_for 10 "whoever fetched that is known" handoff_is \
  'any("/image/" in r for r in v["reasonsAgainstRetiring"])'
retire_is_refused "fetches /image/... paths from this appliance: name what does it instead in\
 handoff.replaced.images"
make_handoff_site 'replaced: {images: https://images.example.org}'
handoff retire >"$WORK/out"
grep -q "^phase *retired" "$WORK/out" || fail "$(cat "$WORK/out")"
curl -sf --cacert "$CA" "https://$SEED/api/v1/handoff/receipt.pem" -o "$WORK/receipt.pem"
openssl cms -verify -inform PEM -in "$WORK/receipt.pem" -CAfile "$CA" -purpose any \
  -out "$WORK/receipt.json" 2>"$WORK/error" || fail "$(cat "$WORK/error")"
python3 - "$WORK/receipt.json" "$TARGET" <<'PYTHON' || fail "$(cat "$WORK/receipt.json")"
import json, sys
v = json.load(open(sys.argv[1]))
assert v["site"] == "Rack 7" and v["registry"] == sys.argv[2], v
assert len(v["bundles"]) == 1 and v["bundles"][0].startswith("demo 1 sha256:"), v
assert v["replaced"] == {"images": "https://images.example.org"}, v
assert v["startedAt"] <= v["verifiedAt"] <= v["retiredAt"] and v["blobs"] > 0, v
assert {n["name"]: {p["by"] for p in n["proofs"]} for n in v["nodes"]} == {
    "node1": {"container", "talos"}, "node2": {"container", "talos"}}, v
PYTHON
sed -i 's/Rack 7/Rack 8/' "$WORK/receipt.json"
! openssl cms -verify -inform PEM -in "$WORK/receipt.pem" -CAfile "$TARGET_CA" -purpose any \
  -out "$WORK/out" 2>"$WORK/error" || fail "anybody's CA signs the receipt"
expect "a pull from the appliance" "$(status_of /v2/ghcr.io/cozystack/demo/debian/manifests/13)" 503
grep -q "everything is at $TARGET" "$WORK/body" || fail "$(cat "$WORK/body")"
curl -sf --cacert "$CA" "https://$SEED/api/v1/status" -o "$WORK/status.json"
finds "this medium may be removed" <"$WORK/status.json" || fail "the status does not say so"

# After a power-off it is still retired; then it serves again on command.
kill -9 "$CONTROLD"
wait "$CONTROLD" || true
rm "$WORK/retired"
start_controld kept
wait_for 5 "that it knows" test -e "$WORK/retired"
! handoff start 2>"$WORK/error" || fail "it starts over while it is retired"
echo rollback >"$WORK/orders/handoff"
wait_for 10 "that it serves again" handoff_is 'v["phase"] == "recovery"'
expect "a pull" "$(status_of /v2/ghcr.io/cozystack/demo/debian/manifests/13)" 200
# The registry is lost: the same containerd pulls all of it from here again, by the CA that it had.
kill "$TARGET_PID"
wait "$TARGET_PID" || true
write_hosts_toml "$URL" "$CA"
pull_every_reference
expect "the order" "$(ls "$WORK/orders")" ""
