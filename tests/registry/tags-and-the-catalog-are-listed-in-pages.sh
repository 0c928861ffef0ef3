#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
repository=/v2/ghcr.io/cozystack/demo/debian
get $repository/tags/list -o "$WORK/body"
count=$(json "$WORK/body" 'len(v["tags"])')
[ "$count" -ge 2 ] || fail "tags: $(cat "$WORK/body")"
expect "sorted" "$(json "$WORK/body" 'v["tags"] == sorted(v["tags"])')" True
first=$(json "$WORK/body" 'v["tags"][0]')
expect "a page" "$(status_of "$repository/tags/list?n=1" -D "$WORK/headers")" 200
expect "its tags" "$(json "$WORK/body" 'v["tags"]')" "[\"$first\"]"
[[ $(header Link "$WORK/headers") = *"last=$first"*'rel="next"'* ]] ||
  fail "no link to the next page: $(cat "$WORK/headers")"
get "$repository/tags/list?last=$first" -o "$WORK/body"
expect "what follows" "$(json "$WORK/body" 'len(v["tags"])')" $((count - 1))
get /v2/_catalog -o "$WORK/body"
expect "catalog" "$(json "$WORK/body" '"quay.io/demo/busybox" in v["repositories"]')" True
expect "a page size of letters" "$(status_of "$repository/tags/list?n=many")" 400
