#!/usr/bin/env bash
# --sparse keeps an index by its digest and leaves the other platforms out: index.json records it,
# verify finds nothing wrong, inspect shows it, the carried platform is served and the other is not.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" fallback "$WORK/layout"
start_docker_registry
"$ROOT/tests/demo/push.py" "127.0.0.1:$port" "$WORK/layout"
multi=$(json "$WORK/layout/index.json" "[m['digest'] for m in v['manifests']
  if m['annotations']['org.opencontainers.image.ref.name'] == 'ghcr.io/org/multi:v1'][0]")
child() {
  json "$WORK/layout/blobs/sha256/${multi#sha256:}" "[m['digest'] for m in v['manifests']
    if m['platform']['architecture'] == '$1'][0]"
}

"$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" --sparse \
  --platform linux/arm64 --mirror "ghcr.io=http://127.0.0.1:$port" \
  --image "ghcr.io/org/multi:v1@$multi"
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
"$AIRGAP" bundle inspect --output json "$WORK/b.tar" >"$WORK/inspect.json"
expect "recorded as" "$(json "$WORK/inspect.json" 'v["bundles"][0]["images"][0]["sparse"]')" \
  linux/arm64
expect "the index" "$(json "$WORK/inspect.json" 'v["bundles"][0]["images"][0]["digest"]')" "$multi"

start_serve "$WORK/b.tar"
status_of() {
  curl -s -o "$WORK/body" -w '%{http_code}' --cacert "$CA" \
    "$URL/v2/ghcr.io/org/multi/manifests/$1"
}
expect "the index is served" "$(status_of "$multi")" 200
expect "the carried platform" "$(status_of "$(child arm64)")" 200
expect "the other platform" "$(status_of "$(child amd64)")" 404

# Without --sparse all of it comes.
"$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/whole.tar" \
  --mirror "ghcr.io=http://127.0.0.1:$port" --image "ghcr.io/org/multi:v1@$multi"
"$AIRGAP" bundle verify --quiet "$WORK/whole.tar"
tar -tf "$WORK/whole.tar" | finds "$(child amd64 | cut -d : -f 2)" || fail "a child was left out"
