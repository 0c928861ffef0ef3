#!/usr/bin/env bash
# timeout: 200
# waits
# Everything of a bundle goes to a registry over TLS with a login, under the names of its upstreams,
# digests unchanged; a second push has nothing to do. Preflight finds what is missing there, what is
# wrong and what names something else, and the next push mends what it can. A client finds each
# reference there.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_target with-login

# refused EXIT-CODE TEXT COMMAND...
refused() {
  local status=0 want=$1 words=$2
  shift 2
  "$@" >"$WORK/out" 2>"$WORK/error" || status=$?
  expect "exit code of $*" "$status" "$want"
  finds -F -e "$words" <"$WORK/error" || fail "$(cat "$WORK/error")"
}
refused 1 "missing: " preflight_target --quiet
push_to_target --dry-run >"$WORK/out"
grep -q "^missing .* blobs, .*manifests; the registry must have room" "$WORK/out" ||
  fail "$(cat "$WORK/out")"
[ ! -e "$WORK/storage/docker/registry/v2/repositories" ] || fail "a dry run wrote something"
push_to_target >"$WORK/out"
grep -q "^blobs .* uploaded .*, 0 there before" "$WORK/out" || fail "$(cat "$WORK/out")"
preflight_target --deep >"$WORK/out"
grep -q "the registry has all of it" "$WORK/out" || fail "$(cat "$WORK/out")"
push_to_target >"$WORK/out"
grep -q "nothing to do: the registry has all of it" "$WORK/out" || fail "$(cat "$WORK/out")"
[ -z "$(find "$WORK/storage" -path '*/_uploads/*' -type f)" ] || fail "uploads are left"

while read -r reference digest media_type; do
  name=${reference%%@*} tag=$digest
  [[ $reference = *@* ]] || tag=${name##*:} name=${name%:*}
  curl -sf --cacert "$TARGET_CA" -u "$TARGET_USER:$TARGET_PASSWORD" -H "Accept: $media_type" \
    "$TARGET/v2/${name/:/_}/manifests/$tag" -o "$WORK/manifest"
  expect "$reference" "sha256:$(sha256_of "$WORK/manifest")" "$digest"
done < <(references)
path=boot/vmlinuz
curl -sf --cacert "$TARGET_CA" -u "$TARGET_USER:$TARGET_PASSWORD" \
  -H "Accept: application/vnd.oci.image.manifest.v1+json" \
  "$TARGET/v2/airgap.internal/assets/boot/vmlinuz/manifests/latest" -o "$WORK/manifest"
expect "the path of an asset" \
  "$(json "$WORK/manifest" 'v["annotations"]["io.cozystack.airgap.path"]')" "$path"

# What the registry lost.
digest=$(json "$WORK/manifest" 'v["layers"][0]["digest"]')
rm "$(blob_file "$digest")"
refused 1 "missing: airgap.internal/assets/boot/vmlinuz@$digest" preflight_target --quiet
push_to_target >"$WORK/out"
grep -q "^blobs .* 1 uploaded" "$WORK/out" || fail "$(cat "$WORK/out")"
preflight_target --quiet --deep
# What a full disk leaves half written, and the registry fails at for ever, is put again.
links=$WORK/storage/docker/registry/v2/repositories/airgap.internal/assets/boot/vmlinuz
parent=sha256:$(sha256_of "$WORK/manifest")
: >"$links/_layers/sha256/${digest#sha256:}/link"
: >"$links/_manifests/revisions/sha256/${parent#sha256:}/link"
: >"$links/_manifests/tags/latest/current/link"
refused 1 "$digest" preflight_target --quiet
finds -F -e "$parent" <"$WORK/error" || fail "$(cat "$WORK/error")"
push_to_target >"$WORK/out"
for line in "blobs .* 1 uploaded" "manifests  1 put" "tags       1 put"; do
  grep -q "^$line" "$WORK/out" || fail "$(cat "$WORK/out")"
done
preflight_target --quiet
# What it has wrong: only who reads it finds out.
printf x | dd of="$(blob_file "$digest")" bs=1 seek=1000 conv=notrunc status=none
preflight_target --quiet
refused 1 "wrong: airgap.internal/assets/boot/vmlinuz@$digest: it has other bytes" \
  preflight_target --quiet --deep
preflight_target --deep --output json >"$WORK/report.json" 2>"$WORK/error" && fail "all is well"
expect "problems" "$(json "$WORK/report.json" 'len(v["problems"])')" 1
# What is called so and is something else.
python3 -c 'import json, sys
v = json.load(open(sys.argv[1]))
v["annotations"]["x"] = "y"
json.dump(v, open(sys.argv[2], "w"))' "$WORK/manifest" "$WORK/other"
rm "$(blob_file "$digest")"
push_to_target --quiet
curl -sf --cacert "$TARGET_CA" -u "$TARGET_USER:$TARGET_PASSWORD" -X PUT \
  -H "Content-Type: application/vnd.oci.image.manifest.v1+json" --data-binary "@$WORK/other" \
  "$TARGET/v2/airgap.internal/assets/boot/vmlinuz/manifests/latest"
refused 1 "wrong: airgap.internal/assets/boot/vmlinuz:latest is sha256:" preflight_target --quiet
push_to_target --quiet
preflight_target --quiet --deep

# A delta goes the same way where its base is: what it leaves out is taken for there, and read.
for content in old new; do
  AIRGAP_LAYOUT_CONTENT=$content "$ROOT/tests/bundle/make-layout" full "$WORK/$content"
done
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/old" --file "$WORK/1.tar"
"$AIRGAP" bundle create --quiet --name t --version 2 --from "oci:$WORK/new" --base "$WORK/1.tar" \
  --file "$WORK/delta.tar"
BUNDLE=$WORK/1.tar push_to_target --quiet
BUNDLE=$WORK/delta.tar refused 1 "missing: " preflight_target --quiet
BUNDLE=$WORK/delta.tar push_to_target >"$WORK/out"
grep -q "^blobs .* uploaded" "$WORK/out" || fail "$(cat "$WORK/out")"
BUNDLE=$WORK/delta.tar preflight_target --quiet --deep
BUNDLE=$WORK/delta.tar push_to_target | finds "nothing to do: the registry has all of it" ||
  fail "a delta is pushed twice"

printf '{"auths":{"127.0.0.1:%s":{"username":"x","password":"guess"}}}' "$TARGET_PORT" \
  >"$WORK/wrong.json"
TARGET_LOGIN=$WORK/wrong.json refused 3 "credentials" push_to_target
! grep -q guess "$WORK/error" || fail "the password is shown"
wrong_ca() { "$AIRGAP" push --bundle "$DEMO" --to "$TARGET" --credentials "$TARGET_LOGIN"; }
refused 3 "certificate" wrong_ca
nobody() { "$AIRGAP" push --bundle "$DEMO" --to "https://127.0.0.1:1/UPPER"; }
refused 2 "is no repository prefix" nobody
