#!/usr/bin/env bash
# Machine configs of a folder become a key of the site file that only their password opens, with
# openssl's own tool as well; what that tool seals is opened too.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need openssl zstd
password="correct horse battery"
mkdir "$WORK/configs"
printf 'version: v1alpha1\nmachine: {type: controlplane}\n' >"$WORK/configs/52-54-00-00-00-01.yaml"
printf 'version: v1alpha1\nmachine: {type: worker}\n' >"$WORK/configs/workers.yaml"
echo "not one of them" >"$WORK/configs/README"
echo "name: Rack 7" >"$WORK/site.yaml"
echo "$password" | "$AIRGAP" site seal-configs "$WORK/configs" >>"$WORK/site.yaml"
"$AIRGAP" site check --quiet "$WORK/site.yaml"
! grep -q v1alpha1 "$WORK/site.yaml" || fail "that is readable"
echo "$password" | "$AIRGAP" site open-configs --quiet "$WORK/site.yaml" --dir "$WORK/opened"
rm "$WORK/configs/README"
diff -r "$WORK/configs" "$WORK/opened"

# With what every machine of an operator has.
sed -n 's/^  //p' "$WORK/site.yaml" >"$WORK/sealed.pem"
openssl cms -decrypt -inform PEM -in "$WORK/sealed.pem" -binary -pwri_password "$password" |
  zstd -d >"$WORK/configs.json"
expect "machines" "$(json "$WORK/configs.json" 'sorted(v)')" '["52-54-00-00-00-01", "workers"]'
zstd -q "$WORK/configs.json"
openssl cms -encrypt -binary -aes-256-cbc -pwri_password other -in "$WORK/configs.json.zst" \
  -outform PEM -out "$WORK/theirs.pem"
printf other >"$WORK/password"
"$AIRGAP" site open-configs --quiet "$WORK/theirs.pem" --password-file "$WORK/password" \
  --dir "$WORK/theirs"
diff -r "$WORK/configs" "$WORK/theirs"

refused() {
  local status=0 want=$1 words=$2
  shift 2
  "$@" 2>"$WORK/error" >"$WORK/out" || status=$?
  expect "exit code of $*" "$status" "$want"
  finds -F -e "$words" <"$WORK/error" || fail "$(cat "$WORK/error")"
}
open() { "$AIRGAP" site open-configs "$1" --password-file "$WORK/password" --dir "$WORK/none"; }
refused 3 "this password does not open the machine configs" open "$WORK/site.yaml"
: >"$WORK/password"
# What the appliance asks first.
refused 3 "the machine configs take a password" open "$WORK/site.yaml"
[ ! -e "$WORK/none" ] || fail "something was written"
echo "name: x" >"$WORK/plain.yaml"
refused 3 "has no machineConfigs" open "$WORK/plain.yaml"
seal() { echo "$password" | "$AIRGAP" site seal-configs "$1"; }
mkdir "$WORK/empty"
refused 3 "has no NAME.yaml" seal "$WORK/empty"
echo "hello: there" >"$WORK/empty/a.yaml"
refused 2 "is no Talos machine config" seal "$WORK/empty"
short() { echo short | "$AIRGAP" site seal-configs "$WORK/configs"; }
refused 2 "a password has 8 to 200 bytes" short

"$AIRGAP" site seal-configs --plain "$WORK/configs" >"$WORK/plain.yaml"
"$AIRGAP" site open-configs --quiet "$WORK/plain.yaml" --dir "$WORK/plain" </dev/null
diff -r "$WORK/configs" "$WORK/plain"

# Beside another DHCP server on any host they are opened first.
netboot() {
  "$AIRGAP" netboot --bundle "$DEMO" --interface lo --site "$WORK/site.yaml" \
    --dnsmasq /bin/true --ipxe "$ROOT/build/debs/ipxe/usr/lib/ipxe"
}
refused 2 "give that with --machine-configs" netboot
