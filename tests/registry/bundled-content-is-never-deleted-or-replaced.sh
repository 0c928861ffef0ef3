#!/usr/bin/env bash
# What a bundle carries stays as it is, however somebody with a login tries to change it.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

start_push_serve
repository=/v2/docker.io/library/busybox
login=$(as_pusher)
get $repository/manifests/1.37.0 -D "$WORK/headers" -o "$WORK/before"
digest=$(header Docker-Content-Digest "$WORK/headers")
type=$(header Content-Type "$WORK/headers")
expect_oci_error 403 DENIED $repository/manifests/1.37.0 -X DELETE -K "$login"
finds -F "belongs to a bundle, which never changes" <"$WORK/body"
expect_oci_error 403 DENIED "$repository/manifests/$digest" -X DELETE -K "$login"
tar -xOf "$DEMO" index.json >"$WORK/index.json"
child=$(json "$WORK/before" '(v.get("manifests") or v["layers"])[0]["digest"]')
expect_oci_error 403 DENIED "$repository/blobs/$child" -X DELETE -K "$login"

# Its tag cannot be pointed elsewhere, and can be pushed again as it is.
expect "the same once more" "$(status_of $repository/manifests/1.37.0 -X PUT -K "$login" \
  -H "Content-Type: $type" --data-binary "@$WORK/before")" 201
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}' \
  >"$WORK/other"
expect_oci_error 403 DENIED $repository/manifests/1.37.0 -X PUT -K "$login" \
  -H "Content-Type: application/vnd.oci.image.index.v1+json" --data-binary "@$WORK/other"
expect "another tag beside it" "$(status_of $repository/manifests/other -X PUT -K "$login" \
  -H "Content-Type: application/vnd.oci.image.index.v1+json" --data-binary "@$WORK/other")" 201
get $repository/tags/list -o "$WORK/tags"
expect "both are listed" "$(json "$WORK/tags" 'sorted(v["tags"])')" '["1.37.0", "other"]'
get $repository/manifests/1.37.0 -o "$WORK/after"
cmp "$WORK/before" "$WORK/after"
