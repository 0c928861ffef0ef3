#!/usr/bin/env bash
# timeout: 200
# With the appliance gone, new machines still get their disk images and boot assets: out of the
# registry, under the same paths, whole, by HEAD and in ranges, a version with and without its v.
# Nothing that is damaged there is given out; what is not there is a 404.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_target with-login
head -c 5000001 /dev/urandom >"$WORK/disk"
SCHEMATIC=ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515
FILE=/image/$SCHEMATIC/v1.13.6/openstack-amd64.raw.xz
"$AIRGAP" bundle create --quiet --name d --version 1 --asset "${FILE#/}=$WORK/disk" \
  --file "$WORK/d.tar"
push_to_target --quiet
BUNDLE=$WORK/d.tar push_to_target --quiet
HTTP=$(free_port)
background serve "$AIRGAP" serve --from-registry "$TARGET" --registry-ca "$TARGET_CA" \
  --credentials "$TARGET_LOGIN" --http "127.0.0.1:$HTTP"
fetch() { curl -sf -m 30 "http://127.0.0.1:$HTTP$1" "${@:2}"; }
wait_for 10 "the server" fetch /healthz

fetch "$FILE" -o "$WORK/got"
cmp "$WORK/got" "$WORK/disk"
fetch "${FILE/v1.13/1.13}" -o "$WORK/got"
cmp "$WORK/got" "$WORK/disk"
fetch "$FILE" -I >"$WORK/head"
expect "its size" "$(header content-length "$WORK/head")" 5000001
expect "ranges" "$(header accept-ranges "$WORK/head")" bytes
for range in 0-0 1048570-1048590 4999999-5000000 2000000-; do
  fetch "$FILE" -r "$range" -o "$WORK/part"
  first=${range%-*} last=${range#*-}
  last=${last:-5000000}
  head -c $((last + 1)) "$WORK/disk" | tail -c $((last + 1 - first)) >"$WORK/want"
  cmp "$WORK/part" "$WORK/want"
done
fetch /boot/vmlinuz -o "$WORK/got"
expect "the kernel" "sha256:$(sha256_of "$WORK/got")" "$(asset_blob boot/vmlinuz)"
status_code() { curl -s -o "$WORK/body" -w '%{http_code}' "http://127.0.0.1:$HTTP$1" "${@:2}"; }
expect "one that is not there" "$(status_code /image/x/v1/y)" 404
expect "a range behind its end" "$(status_code "$FILE" -r 5000001-)" 416
expect "an upload" "$(status_code "$FILE" -X PUT -d x)" 405
expect "another path that is the same repository" "$(status_code "${FILE/v1/V1}")" 404

# One byte changes in the registry's files: its part is not given out.
file=$(blob_file "sha256:$(sha256_of "$WORK/disk")")
printf '\0\1' | dd of="$file" bs=1 seek=3000000 conv=notrunc status=none
kill "$LAST_PID" && wait "$LAST_PID" || true
background serve "$AIRGAP" serve --from-registry "$TARGET" --registry-ca "$TARGET_CA" \
  --credentials "$TARGET_LOGIN" --http "127.0.0.1:$HTTP"
wait_for 10 "the server" fetch /healthz
! fetch "$FILE" -o "$WORK/got" || fail "a damaged image is given out"
[ "$(stat -c %s "$WORK/got")" -le 3000000 ] || fail "damaged bytes are given out"
cmp "$WORK/got" <(head -c "$(stat -c %s "$WORK/got")" "$WORK/disk")
fetch "$FILE" -r 0-999 -o "$WORK/part"
cmp "$WORK/part" <(head -c 1000 "$WORK/disk")
! "$AIRGAP" serve --from-registry "$TARGET" 2>"$WORK/error" || fail "it serves nowhere"
finds -F -e "--from-registry needs --http" <"$WORK/error" || fail "$(cat "$WORK/error")"
