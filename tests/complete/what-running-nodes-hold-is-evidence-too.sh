#!/usr/bin/env bash
# Lists of talosctl (one node and several), of crictl and plain ones; another digest under a tag is
# told from a tag that is not there; both kinds of evidence in one check.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

make_bundle "$WORK/b.tar" registry.k8s.io/kubelet:v1.35.0 quay.io/kubevirt/virt-launcher:v1.8.4
tar -xOf "$WORK/b.tar" index.json >"$WORK/index.json"
digest=$(json "$WORK/index.json" 'v["manifests"][0]["digest"]')
other=sha256:$(printf 'x' | sha256sum | cut -d ' ' -f 1)
cat >"$WORK/one" <<TABLE
NODE        IMAGE                                        DIGEST    SIZE     CREATED
10.4.0.11   registry.k8s.io/kubelet:v1.35.0              $digest   26 MB    3 days ago
10.4.0.11   $other                                       $digest   26 MB    3 days ago
10.4.0.11   quay.io/kubevirt/virt-launcher@$digest       $digest   180 MB   2 hours ago
TABLE
check 0 --live "$WORK/one"
expect "evidence" "$(json "$WORK/result" 'v["evidence"][0]["kind"]')" "live nodes"
expect "images" "$(json "$WORK/result" 'v["evidence"][0]["references"]')" 2
{
  cat "$WORK/one"
  sed 's/^10.4.0.11/10.4.0.12/' "$WORK/one"
  echo "10.4.0.12   registry.k8s.io/etcd:v3.6.0   $other   30 MB   3 days ago"
} >"$WORK/several"
check 1 --live "$WORK/several"
expect "lacking" "$(lacking)" registry.k8s.io/etcd:v3.6.0
expect "its line" "$(json "$WORK/result" 'v["lacking"][0]["line"]')" 9

cat >"$WORK/crictl.json" <<JSON
{"images": [{"id": "$other", "repoTags": ["registry.k8s.io/kubelet:v1.35.0"],
  "repoDigests": ["registry.k8s.io/kubelet@$other"], "size": "26000000"}]}
JSON
check 1 --live "$WORK/crictl.json"
expect "another digest" "$(json "$WORK/result" 'v["lacking"][0]["otherDigest"]')" True
check 0 --live "$WORK/crictl.json" --same-tag-is-enough
expect "it is said" "$(json "$WORK/result" 'v["evidence"][0]["sameTagIsEnough"]')" True
sed -i "s/@$other/@$digest/" "$WORK/crictl.json"
check 0 --live "$WORK/crictl.json"

printf '# by hand\nregistry.k8s.io/kubelet:v1.35.0\n' | check 0 --live -
make_rendered
check 1 --live "$WORK/one" --rendered "$WORK/rendered"
expect "both" "$(json "$WORK/result" '[e["kind"] for e in v["evidence"]]')" \
  '["rendered manifests", "live nodes"]'
