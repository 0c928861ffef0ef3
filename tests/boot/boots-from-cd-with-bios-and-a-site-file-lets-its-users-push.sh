#!/usr/bin/env bash
# one-of: bios-cd-or-usb
# timeout: 300
# From CD under BIOS, an appliance with a site file: its name, its CA and that pushed content is
# forgotten stand on the console, its certificate has the host names, only its users push and pull,
# and only bundles that its keys signed are served.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need openssl mkfs.vfat mcopy

openssl genpkey -algorithm ed25519 -out "$WORK/ours.key"
key=$(openssl pkey -in "$WORK/ours.key" -pubout | sed 's/^/    /')
make_site_image "name: Rack 7" "hostNames: [seed.example.org, seed]" "bundleKeys:" "  - |" "$key"
echo "  loginToPull: true" >>"$WORK/site.yaml"
"$AIRGAP" image build --quiet --new-identity --base "$APPLIANCE_ISO" \
  --site "$WORK/site.yaml" --file "$WORK/site.iso"
"$AIRGAP" bundle sign --quiet --key "$WORK/ours.key" "$WORK/site.iso"
echo content >"$WORK/asset"
"$AIRGAP" bundle create --quiet --name unsigned --version 1 --asset "boot/other=$WORK/asset" \
  --file "$WORK/unsigned.tar"
make_volume "$WORK/stick.img" AIRGAP-MORE 32 "$WORK/unsigned.tar"
boot --bios --cd "$WORK/site.iso"
wait_for "$BOOT_LIMIT_S" "a status with the site's name" status_has 'v["siteName"] == "Rack 7"'
wait_until_it_takes_pushes
status_has 'v["problems"] == []' || fail "problems: $(cat "$WORK/status.json")"
status_has 'any("forgotten at power-off" in n for n in v["notices"])' || fail "no notice"
wait_for 60 "the bundle in the status" status_has 'v["bundles"][0]["name"] == "demo"'
wait_for 30 "the name on the console" console_shows "Rack 7"
wait_for 30 "the notice on the console" console_shows "it is forgotten at power-off"
wait_for 30 "the CA on the console" console_shows \
  "$(openssl x509 -in "$CA" -outform der | sha256sum | cut -d ' ' -f 1)"

names_the_host() {
  openssl s_client -connect "127.0.0.1:$1" -CAfile "$CA" -verify_return_error \
    -verify_hostname "$2" </dev/null >"$WORK/handshake" 2>&1
}
for port in "$PORT_REGISTRY" "$PORT_HTTPS"; do
  for name in seed.example.org seed cozy-airgap; do
    wait_for 30 "$name in the certificate of port $port" names_the_host "$port" "$name"
  done
done
! names_the_host "$PORT_REGISTRY" elsewhere.example.org || fail "the certificate is for everybody"

pull=/v2/docker.io/library/busybox/manifests/1.37.0
uploads=/v2/site.example/app/blobs/uploads/
head -c 3000000 /dev/urandom >"$WORK/blob"
digest=sha256:$(sha256_of "$WORK/blob")
expect "a push without a login" "$(status_of $uploads -X POST)" 401
expect "a push with a wrong one" "$(status_of $uploads -X POST -u "$PUSH_USER:guess-of-mine")" 401
expect "a pull without a login" "$(status_of $pull)" 401
login=$(as_pusher)
expect "a push" "$(status_of "$uploads?digest=$digest" -X POST -K "$login" \
  --data-binary "@$WORK/blob")" 201
get "/v2/site.example/app/blobs/$digest" -K "$login" -o "$WORK/got"
cmp "$WORK/blob" "$WORK/got"
expect "a pull" "$(status_of $pull -K "$login")" 200

# A machine of 512 MiB whose room for pushes is full says so and serves on.
head -c 24000000 /dev/urandom >"$WORK/blob"
for ((count = 0; count < 20; count++)); do
  printf '%016d' $count | dd of="$WORK/blob" conv=notrunc status=none
  status=$(status_of "$uploads?digest=sha256:$(sha256_of "$WORK/blob")" -X POST -K "$login" \
    --data-binary "@$WORK/blob")
  [ "$status" = 201 ] || break
done
expect "the answer to a push too much (after $count)" "$status" 507
[ $count -ge 2 ] || fail "there is room for only $count blobs of 24 MB"
expect "a pull when it is full" "$(status_of $pull -K "$login")" 200
ask "$PORT_REGISTRY" /healthz >/dev/null
status_has 'all(s["state"] == "up" for s in v["services"])' || fail "$(cat "$WORK/status.json")"
echo "$count blobs of 24 MB fit"

ask "$PORT_HTTPS" /api/v1/support-bundle -o "$WORK/support.tar"
tar -xf "$WORK/support.tar" -C "$WORK"
expect "the site in a support bundle" "$(cat "$WORK/cozy-airgap-support/site/name")" "Rack 7"
! grep -q -a -F '$scrypt$' "$WORK/support.tar" || fail "the support bundle has a login"

plug "$WORK/stick.img" stick
wait_for 60 "that the stick's bundle is not signed" \
  status_has 'any("not signed by key" in p for p in v["problems"])'
status_has '[b["name"] for b in v["bundles"]] == ["demo"]' || fail "$(cat "$WORK/status.json")"
expect "an asset of it" "$(status_of /boot/other -K "$login")" 404
