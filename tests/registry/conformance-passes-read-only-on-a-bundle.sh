#!/usr/bin/env bash
# The OCI distribution conformance suite against every repository of the demo bundle, push disabled.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

# digests_of FILE prints the digests that a manifest lists.
digests_of() {
  json "$1" '" ".join(d["digest"] for d in ([v["config"]] if "config" in v else []) +
    v.get("layers", []) + v.get("manifests", []))'
}

start_serve "$DEMO"
get /v2/_catalog -o "$WORK/catalog"
count=0
for repository in $(json "$WORK/catalog" '" ".join(v["repositories"])'); do
  get "/v2/$repository/tags/list" -o "$WORK/tags"
  tags=$(json "$WORK/tags" '" ".join(v["tags"])')
  manifests=() blobs=()
  for tag in $tags; do
    get "/v2/$repository/manifests/$tag" -D "$WORK/headers" -o "$WORK/manifest"
    manifests+=("$(header Docker-Content-Digest "$WORK/headers")")
    if [ "$(json "$WORK/manifest" '"manifests" in v')" = True ]; then
      # shellcheck disable=SC2207 # digests are words
      manifests+=($(digests_of "$WORK/manifest"))
    else
      # shellcheck disable=SC2207
      blobs+=($(digests_of "$WORK/manifest"))
    fi
  done
  conformance "read-only/${repository//\//_}" OCI_REPO1="$repository" OCI_API_PUSH=false \
    OCI_API_BLOBS_DELETE=false OCI_API_MANIFESTS_DELETE=false OCI_API_TAGS_DELETE=false \
    OCI_RO_DATA_TAGS="$tags" OCI_RO_DATA_MANIFESTS="${manifests[*]}" \
    OCI_RO_DATA_BLOBS="${blobs[*]}" OCI_RO_DATA_REFERRERS="${manifests[*]}"
  count=$((count + 1))
done
[ $count -ge 3 ] || fail "only $count repositories in the demo bundle"
echo "$count repositories"
