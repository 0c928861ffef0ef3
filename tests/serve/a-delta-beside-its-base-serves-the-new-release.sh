#!/usr/bin/env bash
# serve --bundle BASE --bundle DELTA serves all of the new release; with the delta alone the status
# says what is absent.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../bundle/delta.bash"

make_releases
"$AIRGAP" bundle create --quiet "${create_new[@]}" --base "$WORK/old.tar" --file "$WORK/delta.tar"
HTTP=$(free_port)
start_serve "$WORK/old.tar" --bundle "$WORK/delta.tar" --http "127.0.0.1:$HTTP"
DEMO=$WORK/new.tar # what `references` reads
count=0
while read -r reference digest _; do
  name=${reference%%@*}
  [[ $reference == *@* ]] || name=${reference%:*}
  tag=${reference#"$name"[:@]}
  get "/v2/$name/manifests/$tag" -o "$WORK/manifest" -f || fail "$reference is not served"
  expect "$reference" "sha256:$(sha256_of "$WORK/manifest")" "$digest"
  count=$((count + 1))
done < <(references)
[ $count -ge 6 ] || fail "only $count references"
while read -r blob; do
  get "/v2/ghcr.io/org/app/blobs/sha256:$blob" -f -o "$WORK/blob" || fail "$blob is not served"
  expect "a blob" "$(sha256_of "$WORK/blob")" "$blob"
done < <(blobs "$WORK/new.tar")
curl -sf "http://127.0.0.1:$HTTP/boot/kernel" | cmp - "$WORK/kernel"
! get /api/v1/status | finds 'is a delta' || fail "$(get /api/v1/status)"
stop_serve

start_serve "$WORK/delta.tar" --http "127.0.0.1:$HTTP"
says_absent() {
  get /api/v1/status | finds 'is a delta: .* are absent; open it together'
}
wait_for 10 "what is absent" says_absent
expect "a changed image" "$(status_of /v2/ghcr.io/org/app/manifests/v1)" 200
expect_oci_error 404 MANIFEST_UNKNOWN /v2/ghcr.io/org/multi/manifests/v1
status=$(curl -s -o "$WORK/body" -w '%{http_code}' "http://127.0.0.1:$HTTP/boot/kernel")
[ "$status" -ge 500 ] || [ "$status" = 404 ] || fail "an absent asset answers $status"
