#!/usr/bin/env bash
# one-of: volumes
# timeout: 300
# A stick labelled AIRGAP-SITE that somebody found opens nothing, one that is signed for another
# site neither: the appliance says why. One that this site's CA signed is used as soon as it is
# plugged in. openssl alone agrees about the signature.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need openssl mkfs.vfat mcopy
need_file "$BASE_ISO" "make image"

for site in ours theirs; do "$AIRGAP" site init --quiet --dir "$WORK/$site"; done
hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
printf 'name: Rack 7\npush: {users: [{name: %s, password: "%s"}]}\n' "$PUSH_USER" "$hash" \
  >"$WORK/site.yaml"
"$AIRGAP" image build --quiet --base "$APPLIANCE_ISO" --site-ca "$WORK/ours" \
  --file "$WORK/image.iso"

make_volume "$WORK/found.img" AIRGAP-SITE 16 "$WORK/site.yaml"
for site in theirs ours; do
  "$AIRGAP" site sign --quiet --site-ca "$WORK/$site" "$WORK/site.yaml"
  make_volume "$WORK/$site.img" AIRGAP-SITE 16 "$WORK/site.yaml" "$WORK/site.yaml.sig"
done
openssl x509 -in "$WORK/ours/ca.pem" -noout -pubkey >"$WORK/ours.pub"
openssl dgst -sha256 -verify "$WORK/ours.pub" -signature "$WORK/site.yaml.sig" "$WORK/site.yaml"
echo "nmae: x" >"$WORK/wrong.yaml"
status=0
"$AIRGAP" site sign --site-ca "$WORK/ours" "$WORK/wrong.yaml" 2>"$WORK/error" || status=$?
expect "exit status for a site file with a mistake" $status 1

boot_with_shell "$WORK/image.iso"
wait_until_it_serves
problem="volume AIRGAP-SITE is not used: site.yaml.sig is no signature of it by this site"
for stick in found theirs; do
  plug "$WORK/$stick.img" $stick
  wait_for 60 "why $stick is not used" status_has "any('$problem' in p for p in v['problems'])"
  unplug $stick
  wait_for 60 "a status without $stick" status_has 'v["problems"] == []'
done
status_has 'v["siteName"] == ""' || fail "the site file of another stick is used"
plug "$WORK/ours.img" ours
wait_for 60 "the site's name" status_has 'v["siteName"] == "Rack 7"'
wait_until_it_takes_pushes
status_has 'v["problems"] == []' || fail "$(cat "$WORK/status.json")"
