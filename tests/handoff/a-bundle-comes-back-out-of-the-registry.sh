#!/usr/bin/env bash
# timeout: 200
# The stick is broken, and the cluster's registry has everything: the bundle made out of it is the
# same, byte by byte, boot assets and signatures included, be the old one damaged or one that leaves
# every blob out. What the registry lacks is named, and there is no bundle; a run that was killed
# goes on.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_target with-login
push_to_target --quiet
rebuild() {
  "$AIRGAP" bundle create --from-registry "$TARGET" --registry-ca "$TARGET_CA" \
    --credentials "$TARGET_LOGIN" --file "$WORK/again.tar" "$@"
}
rebuild --like "$DEMO" >"$WORK/out"
cmp "$WORK/again.tar" "$DEMO"
grep -q "^identity *sha256:" "$WORK/out" || fail "$(cat "$WORK/out")"

cp "$DEMO" "$WORK/damaged.tar"
chmod u+w "$WORK/damaged.tar"
kernel=$(asset_blob boot/vmlinuz)
flip_byte_of_blob "$WORK/damaged.tar" "$kernel" 5
rm "$WORK/again.tar"
rebuild --quiet --like "$WORK/damaged.tar"
cmp "$WORK/again.tar" "$DEMO"

# A bundle without blobs, of some KiB, to be kept where the stick is not.
"$AIRGAP" bundle create --quiet --file "$WORK/kept.tar" --base "$DEMO" --from "bundle:$DEMO" \
  --name demo --version 1
[ "$(stat -c %s "$WORK/kept.tar")" -lt 1000000 ] || fail "it holds blobs"
rm "$WORK/again.tar"
rebuild --quiet --like "$WORK/kept.tar"
"$AIRGAP" bundle verify --quiet "$WORK/again.tar"
expect "identity" "$("$AIRGAP" --output json bundle inspect "$WORK/again.tar" | grep identity)" \
  "$("$AIRGAP" --output json bundle inspect "$WORK/kept.tar" | grep identity)"
rm "$WORK/again.tar"

# Killed on the way.
TARGET_PID=$LAST_PID
background again "$AIRGAP" bundle create --from-registry "$TARGET" --registry-ca "$TARGET_CA" \
  --credentials "$TARGET_LOGIN" --file "$WORK/again.tar" --like "$DEMO" --jobs 1
wait_for 20 "a beginning" test -s "$WORK/again.tar.partial"
kill -9 "$LAST_PID"
wait "$LAST_PID" || true
LAST_PID=$TARGET_PID
rebuild --quiet --like "$DEMO"
cmp "$WORK/again.tar" "$DEMO"
rm "$WORK/again.tar"

rm "$(blob_file "$kernel")"
! rebuild --quiet --like "$DEMO" 2>"$WORK/error" || fail "there is a bundle with a hole"
finds -F -e "${kernel:7}" <"$WORK/error" || fail "$(cat "$WORK/error")"
[ ! -e "$WORK/again.tar" ] || fail "there is a bundle with a hole"
manifest=$(references | awk '/busybox/ { print $2; exit }')
rm -r "$WORK/storage/docker/registry/v2/repositories/docker.io/library/busybox/_manifests"
! rebuild --quiet --like "$DEMO" 2>"$WORK/error" || fail "there is a bundle without an image"
finds -F -e "missing: docker.io/library/busybox@$manifest" <"$WORK/error" ||
  fail "$(cat "$WORK/error")"
! "$AIRGAP" bundle create --from-registry "$TARGET" --file "$WORK/x" --image busybox \
  2>"$WORK/error" || fail "both kinds at once"
finds -F -e "--from-registry goes with --like" <"$WORK/error" || fail "$(cat "$WORK/error")"
