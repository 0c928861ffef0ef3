#!/usr/bin/env bash
# timeout: 200
# What a new release needs, a delta of it with its base, is pushed and read back before anybody is
# told that the version may be raised; a registry that has lost something of it stops that.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
for content in old new; do
  AIRGAP_LAYOUT_CONTENT=$content "$ROOT/tests/bundle/make-layout" full "$WORK/$content"
done
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/old" --file "$WORK/1.tar"
"$AIRGAP" bundle create --quiet --name t --version 2 --from "oci:$WORK/new" --base "$WORK/1.tar" \
  --file "$WORK/delta.tar"
start_target with-login
check() {
  "$AIRGAP" upgrade check --registry "$TARGET" --registry-ca "$TARGET_CA" \
    --credentials "$TARGET_LOGIN" "$@"
}
# The delta alone, and nothing is there that it could rest on.
status=0
check --quiet --bundle "$WORK/delta.tar" 2>"$WORK/error" || status=$?
expect "a delta without its base" "$status" 3
finds -e "delta" <"$WORK/error" || fail "$(cat "$WORK/error")"

BUNDLE=$WORK/1.tar push_to_target --quiet
check --bundle "$WORK/delta.tar" >"$WORK/out"
finds "the version may be raised now" <"$WORK/out" || fail "$(cat "$WORK/out")"
check --output json --bundle "$WORK/1.tar" --bundle "$WORK/delta.tar" >"$WORK/report.json"
expect "ok" "$(json "$WORK/report.json" 'v["ok"] and v["push"]["blobsUploaded"] == 0')" True
tag=$(curl -sf --cacert "$TARGET_CA" -u "$TARGET_USER:$TARGET_PASSWORD" -o "$WORK/manifest" \
  -H "Accept: application/vnd.oci.image.manifest.v1+json" \
  "$TARGET/v2/ghcr.io/org/app/manifests/v1" && sha256_of "$WORK/manifest")
expect "the new release" "sha256:$tag" "$(json "$WORK/new/index.json" \
  'next(m["digest"] for m in v["manifests"]
        if m["annotations"]["org.opencontainers.image.ref.name"] == "ghcr.io/org/app:v1")')"

# A blob that is there and wrong stops it: nobody pushes what the registry says it has.
digest=$(json "$WORK/manifest" 'v["layers"][0]["digest"]')
printf x | dd of="$(blob_file "$digest")" bs=1 seek=10 conv=notrunc status=none
status=0
check --bundle "$WORK/delta.tar" >"$WORK/out" 2>"$WORK/error" || status=$?
expect "a damaged registry" "$status" 1
finds "wrong: .*$digest" <"$WORK/error" || fail "$(cat "$WORK/error")"
! finds "may be raised" <"$WORK/out" || fail "it may be raised all the same"
