#!/usr/bin/env bash
# timeout: 200
# Talos's own code, of 1.11, of 1.13 and of the newest version, takes the patches that point a node
# at the appliance, be its config fresh, or one with mirrors and time servers of its own in either
# form: after them it pulls from there alone, trusts the CA, and asks nobody on the internet.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=site" -keyout "$WORK/key" -out "$WORK/ca.pem" \
  2>"$WORK/log"
render() {
  "$AIRGAP" mirrors render --quiet --bundle "$DEMO" --upstream factory.talos.dev \
    --endpoint https://seed.example.org:5000 --ca "$WORK/ca.pem" \
    --host 10.0.0.5=seed.example.org,registry.cozy-system --ntp 10.0.0.5 --dir "$WORK/patches" "$@"
}
# apply_and_look CONFIG OTHER [prefixed]: what Talos would do with the config and the patches of the
# last render; OTHER if the config has a mirror of its own of something else.
apply_and_look() {
  local patches=("$WORK"/patches/*.yaml)
  "$TALOS" apply "$1" "${patches[@]}" >"$WORK/patched.yaml"
  "$TALOS" facts "$WORK/patched.yaml" >"$WORK/facts.json" 2>"$WORK/warnings"
  python3 - "$WORK/facts.json" "$WORK/ca.pem" "$2" "${3:-}" <<'PYTHON' || fail "$VERSION, $1"
import json, sys
facts, ca = json.load(open(sys.argv[1])), open(sys.argv[2]).read().strip()
prefixed = sys.argv[4] == "prefixed"
def ours(upstream):
    path = f"/v2/{upstream}" if prefixed else ""
    return {"endpoints": ["https://seed.example.org:5000" + path], "overridePath": prefixed,
            "skipFallback": True}
for upstream in ["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "factory.talos.dev"]:
    if upstream in facts["mirrors"] or upstream in ("docker.io", "ghcr.io", "factory.talos.dev"):
        assert facts["mirrors"][upstream] == ours(upstream), (upstream, facts["mirrors"])
other = facts["mirrors"].get("other.example.org")
assert (other is None) == (sys.argv[3] == ""), other
assert other is None or other["endpoints"] == ["https://x.example.org"], other
assert facts["cas"]["seed.example.org:5000"].strip() == ca, facts["cas"]
assert not any(facts["unchecked"].values()), facts["unchecked"]
assert ca in facts["roots"], facts["roots"]
assert facts["hosts"] == {"10.0.0.5": ["seed.example.org", "registry.cozy-system"]}, facts["hosts"]
assert facts["timeServers"] == ["10.0.0.5"], facts["timeServers"]
assert facts["discovery"] is False, facts
PYTHON
}
cat >"$WORK/old-form.yaml" <<'YAML'
machine:
  registries:
    mirrors:
      docker.io: {endpoints: [https://mirror.gcr.io]}
      other.example.org: {endpoints: [https://x.example.org]}
  time: {servers: [time.example.org]}
YAML
cat >"$WORK/new-form.yaml" <<'YAML'
apiVersion: v1alpha1
kind: RegistryMirrorConfig
name: docker.io
endpoints: [{url: https://mirror.gcr.io}]
---
apiVersion: v1alpha1
kind: RegistryMirrorConfig
name: other.example.org
endpoints: [{url: https://x.example.org}]
---
apiVersion: v1alpha1
kind: TimeSyncConfig
ntp: {servers: [time.example.org]}
YAML

for VERSION in v1.11 v1.13 v1.14; do
  TALOS=$ROOT/build/peers/talosconf-$VERSION
  need_file "$TALOS" "make peers"
  "$TALOS" gen >"$WORK/fresh.yaml"
  render --talos $VERSION.2 --node-config "$WORK/fresh.yaml"
  apply_and_look "$WORK/fresh.yaml" ""
  # The machine has them already.
  render --talos $VERSION.2 --node-config "$WORK/patched.yaml"
  cp "$WORK/patched.yaml" "$WORK/again.yaml"
  apply_and_look "$WORK/again.yaml" ""
  # Of a config that nobody has shown, what is in it stays, but for what the patches say.
  render --talos $VERSION.2
  [ $VERSION = v1.14 ] || apply_and_look "$WORK/fresh.yaml" ""

  # For some days the registry's certificate was not checked; then it is again.
  render --talos $VERSION.2 --node-config "$WORK/again.yaml" --insecure-until "$(date -u +%F)"
  "$TALOS" apply "$WORK/again.yaml" "$WORK"/patches/*.yaml >"$WORK/insecure.yaml"
  "$TALOS" facts "$WORK/insecure.yaml" 2>"$WORK/warnings" | finds '"seed.example.org:5000": true' ||
    fail "$VERSION: insecure is not what it says"
  render --talos $VERSION.2 --node-config "$WORK/insecure.yaml"
  apply_and_look "$WORK/insecure.yaml" ""

  # From the appliance to the registry in the cluster.
  render --talos $VERSION.2 --node-config "$WORK/again.yaml" --prefixed
  apply_and_look "$WORK/again.yaml" "" prefixed

  "$TALOS" apply "$WORK/fresh.yaml" "$WORK/old-form.yaml" >"$WORK/with-old.yaml"
  render --talos $VERSION.2 --node-config "$WORK/with-old.yaml"
  apply_and_look "$WORK/with-old.yaml" other
  grep -q "registries:" "$WORK/patches/2-add.yaml" || fail "$VERSION: another form"
  [ $VERSION != v1.11 ] || continue
  render --talos $VERSION.2 --node-config "$WORK/with-old.yaml" --schema new
  apply_and_look "$WORK/with-old.yaml" other
  "$TALOS" apply "$WORK/fresh.yaml" "$WORK/new-form.yaml" >"$WORK/with-new.yaml"
  render --talos $VERSION.2 --node-config "$WORK/with-new.yaml"
  apply_and_look "$WORK/with-new.yaml" other
  grep -q "kind: RegistryMirrorConfig" "$WORK/patches/2-add.yaml" || fail "$VERSION: another form"
done
! grep -r -E "insecureSkipVerify|http:" "$WORK/patches" || fail "that is not safe"

status=0
render --talos 1.11 --schema new 2>"$WORK/error" || status=$?
expect "documents that 1.11 does not know" $status 2
finds "from 1.12 on" <"$WORK/error" || fail "$(cat "$WORK/error")"
