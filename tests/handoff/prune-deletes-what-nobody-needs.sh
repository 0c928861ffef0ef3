#!/usr/bin/env bash
# timeout: 200
# A registry holds two releases, and somebody's own images. What neither the kept bundle nor the
# images in use need is planned, and deleted when that is said, with a disk that is full; the kept
# release is whole afterwards, also when the registry has collected its garbage, and what is not of
# any upstream is not touched.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
alone_on_the_network
mkdir "$WORK/storage"
mount -t tmpfs -o size=300m tmpfs "$WORK/storage"
at_end "umount -l '$WORK/storage'"
start_target with-login
IMAGE=ghcr.io/org/app:v1 INDEX=ghcr.io/org/multi:v1
"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$WORK/b.tar"
push_to_target --quiet
BUNDLE=$WORK/b.tar push_to_target --quiet
skopeo copy --quiet --insecure-policy --dest-tls-verify=false \
  --dest-creds "$TARGET_USER:$TARGET_PASSWORD" "oci-archive:$WORK/b.tar:$IMAGE" \
  "docker://${TARGET#https://}/team/app:1"
prune() {
  "$AIRGAP" prune --registry "$TARGET" --registry-ca "$TARGET_CA" --credentials "$TARGET_LOGIN" "$@"
}
there() {
  local accept=application/vnd.oci.image.manifest.v1+json,application/vnd.oci.image.index.v1+json
  [ "$(curl -s --cacert "$TARGET_CA" -u "$TARGET_USER:$TARGET_PASSWORD" -o /dev/null \
    -w '%{http_code}' -H "Accept: $accept" "$TARGET/v2/$1")" = 200 ]
}

prune --keep "$DEMO" >"$WORK/out"
grep -q "nothing was deleted: --delete does it" "$WORK/out" || fail "$(cat "$WORK/out")"
grep -q "^left  *team/app, which is of no upstream" "$WORK/out" || fail "$(cat "$WORK/out")"
grep -q "^delete  *${IMAGE%:*}@sha256:.* ${IMAGE##*:}$" "$WORK/out" || fail "$(cat "$WORK/out")"
while read -r reference _; do
  name=${reference%%@*}
  [[ $reference = *@* ]] || name=${name%:*}
  ! grep -q "^delete  *${name/:/_}@" "$WORK/out" || fail "$reference is in the kept bundle"
done < <(references)
BUNDLE=$WORK/b.tar preflight_target --quiet --deep
prune --keep "$DEMO" --keep "$WORK/b.tar" >"$WORK/out"
grep -q "nothing to delete" "$WORK/out" || fail "$(cat "$WORK/out")"

# One image of the old release runs somewhere.
prune --keep "$DEMO" --in-use - <<<"containers: [{image: $IMAGE}]" >"$WORK/out"
! grep -q "^delete  *${IMAGE%:*}@.* ${IMAGE##*:}$" "$WORK/out" || fail "an image in use goes"
grep -q "^delete  *${INDEX%:*}@" "$WORK/out" || fail "$(cat "$WORK/out")"
! prune --keep "$DEMO" --in-use - <<<"nothing here" 2>"$WORK/error" || fail "an empty list is taken"
finds -F -e "names no image" <"$WORK/error" || fail "$(cat "$WORK/error")"
# What `talosctl image list` prints of two nodes, one of which runs another image by its digest.
digest=$(sed -n "s|^delete  *${INDEX%:*}@\(sha256:[0-9a-f]*\) .*|\1|p" "$WORK/out")
{
  echo "NODE         IMAGE                              DIGEST    SIZE     CREATED"
  echo "10.0.0.11    $IMAGE    sha256:$(printf '0%.0s' {1..64})    1.2 MB   2 days ago"
  echo "10.0.0.12    ${INDEX%:*}@$digest    $digest    3.4 kB   2026-11-20T10:00:00Z"
} >"$WORK/images"
prune --keep "$DEMO" --in-use - <"$WORK/images" >"$WORK/out"
! grep -q "^delete  *${IMAGE%:*}@.* ${IMAGE##*:}$" "$WORK/out" || fail "an image in use goes"
! grep -q "^delete  *${INDEX%:*}@$digest" "$WORK/out" || fail "a digest in use goes"

dd if=/dev/zero of="$WORK/storage/fill" bs=1M status=none 2>/dev/null || true
prune --keep "$DEMO" --delete --in-use - <<<"containers: [{image: $IMAGE}]" >"$WORK/out"
preflight_target --quiet --deep
there "${IMAGE%:*}/manifests/${IMAGE##*:}" || fail "an image in use is gone"
! there "${INDEX%:*}/manifests/${INDEX##*:}" || fail "the index is still there"
there "team/app/manifests/1" || fail "somebody's image is gone"
rm "$WORK/storage/fill"
docker-registry garbage-collect "$WORK/target/config.yml" >"$WORK/gc.log" 2>&1
preflight_target --quiet --deep
there "team/app/manifests/1" || fail "somebody's image is gone"

# One that deletes nothing says so.
kill "$LAST_PID" && wait "$LAST_PID" || true
sed -i 's/enabled: true/enabled: false/' "$WORK/target/config.yml"
start_target with-login
! prune --keep "$DEMO" --delete 2>"$WORK/error" || fail "it was deleted"
finds -F -e "deletes nothing: allow it" <"$WORK/error" || fail "$(cat "$WORK/error")"
