#!/usr/bin/env bash
# demo/busybox is on two upstreams: nothing is guessed, neither for a pull nor for a push, whatever
# was pushed to one of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

names_both() {
  local candidate
  for candidate in quay.io/demo/busybox registry.k8s.io/demo/busybox; do
    grep -q -F "$candidate" "$WORK/body" || fail "$candidate is not named: $(cat "$WORK/body")"
  done
}

pull_names_both() {
  expect_oci_error 404 NAME_UNKNOWN "/v2/demo/busybox/manifests/$1"
  names_both
}

start_serve "$DEMO"
pull_names_both 1.37.0
expect_oci_error 404 NAME_UNKNOWN /v2/demo/busybox/tags/list
names_both
stop_serve

start_push_serve
pull_names_both 1.37.0
login=$(as_pusher)
type=application/vnd.oci.image.index.v1+json
printf '{"schemaVersion":2,"mediaType":"%s","manifests":[]}' $type >"$WORK/manifest"
push() {
  status_of "/v2/$1" -X PUT -K "$login" -H "Content-Type: $type" --data-binary "@$WORK/manifest"
}
expect_oci_error 400 NAME_INVALID /v2/demo/busybox/blobs/uploads/ -X POST -K "$login"
names_both
expect "a push by the bare name" "$(push demo/busybox/manifests/site)" 400
names_both
expect "a push to one of them" "$(push quay.io/demo/busybox/manifests/site)" 201
pull_names_both site
pull_names_both 1.37.0
expect "a push by the bare name afterwards" "$(push demo/busybox/manifests/site)" 400
names_both
expect "the pushed one" "$(status_of /v2/quay.io/demo/busybox/manifests/site)" 200
expect "the other one" "$(status_of /v2/registry.k8s.io/demo/busybox/manifests/site)" 404
