#!/usr/bin/env bash
# Whoever must do without a certificate for some days may: each file that is rendered says so, and
# one for a day that is over, or far away, is refused. Cozystack is told what its charts read, and
# whom that does not reach; nothing leads to the internet.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl
openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=site" -keyout "$WORK/key" -out "$WORK/ca.pem" \
  2>"$WORK/log"
render() {
  rm -rf "$WORK/out"
  "$AIRGAP" mirrors render --quiet --prefixed --bundle "$DEMO" --ca "$WORK/ca.pem" \
    --endpoint https://registry.cozy-system:5443 --dir "$WORK/out" "$@"
}
day() { date -u -d "$1" +%F; }
for kind in "--talos v1.11.6" "--talos v1.13.6" --containerd "--cozystack v1.5.2" \
  "--cozystack v1.6.2"; do
  read -ra arguments <<<"$kind"
  render "${arguments[@]}"
  ! grep -r -i -E "INSECURE until|insecureSkipVerify: true|skip_verify" "$WORK/out" ||
    fail "$kind is insecure"
  ! grep -r -E "https?://[a-z0-9.-]*(docker\.io|ghcr\.io|gcr\.io|k8s\.io)" "$WORK/out" ||
    fail "$kind leads to the internet"
  render "${arguments[@]}" --insecure-until "$(day +3days)"
  find "$WORK/out" -type f ! -name ca.pem >"$WORK/files"
  [ -s "$WORK/files" ] || fail "$kind: nothing was rendered"
  while read -r file; do
    finds "^# INSECURE until $(day +3days): " <"$file" || fail "$file does not say so"
  done <"$WORK/files"
done
refused() {
  ! render --containerd --insecure-until "$1" 2>"$WORK/error" || fail "$1 is taken"
  finds -F -e "$2" <"$WORK/error" || fail "$(cat "$WORK/error")"
}
refused "$(day yesterday)" "is over"
refused "$(day +9days)" "more than 7 days away"
refused tomorrow "want a day like"
render --containerd --insecure-until "$(day today)"

# What the charts of v1.5 make of it: a mirror is looked up by its whole URL, or is not checked.
render --cozystack v1.5.2
python3 - "$WORK/out/cozystack-values.yaml" <<'PYTHON'
import sys, yaml
values = yaml.safe_load(open(sys.argv[1]))["spec"]["components"]["platform"]["values"]["registries"]
assert set(values) == {"mirrors", "config"}, values
ends = [end for mirror in values["mirrors"].values() for end in mirror["endpoints"]]
assert len(ends) >= 4 and set(ends) == set(values["config"]), values
assert all(c["tls"]["insecureSkipVerify"] is False for c in values["config"].values()), values
assert values["mirrors"]["ghcr.io"]["endpoints"] == [
    "https://registry.cozy-system:5443/v2/ghcr.io"], values
PYTHON
render --cozystack 1.6 --assets http://airgap-assets.cozy-airgap.svc:8480
grep -q 'imageFactoryURL: "http://airgap-assets.cozy-airgap.svc:8480"' "$WORK/out"/*
! grep -q "registries:" "$WORK/out"/* || fail "a key that nobody reads"
grep -q "source-controller" "$WORK/out"/*
! render --cozystack v1.7 2>"$WORK/error" || fail "an unknown version is taken"
finds -F -e "v1.5 or v1.6" <"$WORK/error" || fail "$(cat "$WORK/error")"
