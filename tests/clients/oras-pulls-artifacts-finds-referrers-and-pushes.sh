#!/usr/bin/env bash
# ORAS: artifacts with their referrers, there and back.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

start_push_serve
use_go_clients
oras=$PEERS/oras

pull() {
  "$oras" manifest fetch "$(here "$1")" >"$WORK/manifest"
  expect_digest "$1" "$WORK/manifest" "$2"
  "$oras" copy --to-oci-layout "$(here "$1")" "$WORK/layout:x" >/dev/null
}
for_each_reference pull

"$oras" discover --format json "$(here ghcr.io/cozystack/demo/debian:13)" >"$WORK/referrers"
expect "the SBOM" "$(json "$WORK/referrers" \
  '[r["artifactType"] for r in v["referrers"]].count("application/spdx+json")')" 1

cd "$WORK"
"$oras" login "127.0.0.1:$PORT" -u "$PUSH_USER" -p "$PUSH_PASSWORD" >login.log 2>&1 ||
  fail "$(cat login.log)"
head -c 5000000 /dev/urandom >payload
"$oras" push --artifact-type application/x.site "$(here site.example/tool:1)" payload
printf 'signed by the night shift\n' >note
"$oras" attach --artifact-type application/x.note "$(here site.example/tool:1)" note
"$oras" discover --format json "$(here site.example/tool:1)" >referrers
expect "what is attached" "$(json referrers 'v["referrers"][0]["artifactType"]')" \
  application/x.note
"$oras" pull -o out "$(here site.example/tool:1)"
cmp payload out/payload
"$oras" repo tags "$(here site.example/tool)" | finds -x 1

# Something can be attached to what a bundle carries as well, beside it.
"$oras" attach --artifact-type application/x.note "$(here ghcr.io/cozystack/demo/debian:13)" note
"$oras" discover --format json "$(here ghcr.io/cozystack/demo/debian:13)" >referrers
expect "the bundle's and ours" "$(json referrers \
  'sorted(r["artifactType"] for r in v["referrers"])')" \
  '["application/spdx+json", "application/x.note"]'
