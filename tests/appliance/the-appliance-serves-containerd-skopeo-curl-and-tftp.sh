#!/usr/bin/env bash
# timeout: 600
# one-of: the-whole-way
# The whole way in QEMU, on a network that has nothing but the appliance and a DHCP server; machines
# that boot over it are told to once somebody at the console has armed netboot.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/../containerd.sh"
. "$(dirname "$0")/fixture.bash"
alone_on_the_network
need skopeo curl atftp tftp qemu-system-x86_64 openssl
start_network
boot_appliance --bios --cd --memory 512 --monitor "$WORK/monitor"
CA=$WORK/ca.pem
curl -sf "http://$APPLIANCE/ca.pem" -o "$CA"
fingerprint=$(openssl x509 -in "$CA" -outform der | sha256sum | cut -d ' ' -f 1)
wait_for 30 "the CA's fingerprint on the console" console_shows "$fingerprint"

! curl -s -m 5 -o /dev/null https://ghcr.io/v2/ || fail "another registry is reachable"
start_containerd
write_hosts_toml "https://$APPLIANCE:5000" "$CA"
pull_every_reference
run_in_image ghcr.io/cozystack/demo/debian:13 /bin/bash -c 'ls /' | finds -x etc ||
  fail "the Debian image does not run"

mkdir "$WORK/certs"
cp "$CA" "$WORK/certs/ca.crt"
while read -r reference digest media_type; do
  all=()
  [[ $media_type != *index* ]] || all=(--all)
  rm -rf "$WORK/copy"
  skopeo copy --quiet --insecure-policy --src-cert-dir "$WORK/certs" "${all[@]}" \
    "docker://$APPLIANCE:5000/$reference" "dir:$WORK/copy"
  expect "$reference" "sha256:$(sha256_of "$WORK/copy/manifest.json")" "$digest"
done < <(references)

want=$(asset_blob boot/vmlinuz)
URL=https://$APPLIANCE:5000
get /boot/vmlinuz -r 0-999999 -o "$WORK/kernel"
get /boot/vmlinuz -C - -o "$WORK/kernel"
expect "the kernel by HTTPS, resumed" "sha256:$(sha256_of "$WORK/kernel")" "$want"
curl -sf "http://$APPLIANCE/boot/vmlinuz" -o "$WORK/kernel"
expect "the kernel by HTTP" "sha256:$(sha256_of "$WORK/kernel")" "$want"
tftp "$APPLIANCE" -m binary -c get boot/vmlinuz "$WORK/by-tftp"
expect "the kernel by TFTP" "sha256:$(sha256_of "$WORK/by-tftp")" "$want"
atftp --option "blksize 1428" --option "windowsize 16" --get --remote-file boot/vmlinuz \
  --local-file "$WORK/by-atftp" "$APPLIANCE"
expect "the kernel by TFTP windows" "sha256:$(sha256_of "$WORK/by-atftp")" "$want"

# Machines that boot over the network are left alone until somebody at the console arms netboot.
IPXE=$ROOT/build/debs/ipxe/usr/lib/ipxe
tftp "$APPLIANCE" -m binary -c get ipxe/undionly.kpxe "$WORK/loader"
cmp "$WORK/loader" "$IPXE/undionly.kpxe"
curl -sf "http://$APPLIANCE/ipxe/snponly.efi" -o "$WORK/loader"
cmp "$WORK/loader" "$IPXE/snponly.efi"
script_says() {
  curl -sf "http://$APPLIANCE/ipxe?mac=52-54-00-00-00-01&uuid=7&serial=s%201" | finds -F "$1"
}
script_says "netboot is not armed" || fail "netboot is armed"
offers() { "$ROOT/tests/netboot/pxe_client.py" seed 52:54:00:00:00:01 PXEClient 7 >"$WORK/offers"; }
offers
! grep "^$APPLIANCE " "$WORK/offers" || fail "it answers all the same"
# press KEY...: on the appliance's keyboard.
press() {
  python3 "$ROOT/tests/boot/guest_shell.py" --monitor "$WORK/monitor" "${@/#/sendkey }"
}
press n
sleep 1
press 2 ret
status_says() {
  curl -sf --cacert "$CA" "https://$APPLIANCE/api/v1/status" -o "$WORK/status.json"
  [ "$(json "$WORK/status.json" "bool($1)")" = True ]
}
wait_for 30 "what was typed" status_says '"netboot is armed for 2 hours more" in v["notices"]'
proxy_offers() { offers && grep -qx "$APPLIANCE 0.0.0.0 PXEClient $APPLIANCE $1" "$WORK/offers"; }
wait_for 30 "a boot file beside the address" proxy_offers ipxe/snponly.efi
script_says "kernel /boot/vmlinuz" || fail "it is left to its disk"
wait_for 10 "the machine in the status" status_says \
  'any(n["mac"] == "52:54:00:00:00:01" and n["serial"] == "s 1" for n in v["nodes"])'
wait_for 30 "the machine on the console" console_shows "525400000001"
press ret n
sleep 1
press 0 ret
wait_for 30 "what was typed" script_says "netboot is not armed"

curl -sf --cacert "$CA" "https://$APPLIANCE/api/v1/status" -o "$WORK/status.json"
expect "bundle" "$(json "$WORK/status.json" 'v["bundles"][0]["name"]')" demo
grep -q -F "$APPLIANCE" "$WORK/status.json" || fail "its address is not in the status"
wait_for 30 "the bundle on the console" console_shows "demo"

# What goes into a report, from whoever has the CA that is on the console.
support() { "$AIRGAP" support-bundle --quiet "$APPLIANCE" --file "$WORK/support.tar" "$@"; }
! support 2>"$WORK/error" || fail "its CA is trusted by everybody"
finds -e "give --fingerprint, as on the appliance's console" <"$WORK/error" ||
  fail "$(cat "$WORK/error")"
! support --fingerprint "${fingerprint//[0-9]/0}" 2>"$WORK/error" || fail "any fingerprint will do"
finds -i -F "gives out another CA" <"$WORK/error" || fail "$(cat "$WORK/error")"
[ ! -e "$WORK/support.tar" ] || fail "there is a file all the same"
support --fingerprint "$fingerprint"
tar -xf "$WORK/support.tar" -C "$WORK"
finds "demo" <"$WORK/cozy-airgap-support/status.json" || fail "no status"
finds "bundles:" <"$WORK/cozy-airgap-support/log/media/current" || fail "no log of media"
finds "Linux version" <"$WORK/cozy-airgap-support/log/kernel-log/current" || fail "no kernel log"
finds "address=" <"$WORK/cozy-airgap-support/adapters" || fail "no adapters"
grep -q -F '[integrity]' "$WORK/cozy-airgap-support/kernel/sys/kernel/security/lockdown" ||
  fail "the kernel is not locked down"
! grep -q -a "PRIVATE KEY" "$WORK/support.tar" || fail "a key is in it"
