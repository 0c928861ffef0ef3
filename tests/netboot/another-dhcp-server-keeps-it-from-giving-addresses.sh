#!/usr/bin/env bash
# waits
# timeout: 180
# With mode dhcp in the site file the host gives no address as long as another DHCP server answers,
# and says whose that is. Once it is gone there are addresses, as reserved, a boot file for each
# kind of client, and DNS for the site's names.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/fixture.bash"
alone_without_root
start_network
start_site_dhcp
other=$LAST_PID
make_node_bundle "$WORK/t.tar"
make_dhcp_site "$WORK/site.yaml"
start_netboot "$WORK/t.tar" --site "$WORK/site.yaml"
netboot=$LAST_PID
wait_for 20 "what is wrong" grep -q "another DHCP server is there: 10.77.0.1 on br0" \
  "$WORK/netboot.log"
offers() { "$ROOT/tests/netboot/pxe_client.py" br0 "$@" >"$WORK/offers"; }
offers "$(mac 99)" PXEClient 7
! grep -v "^10.77.0.1 " "$WORK/offers" || fail "it answers all the same"
curl -sf "http://$HOST/ipxe?mac=$(mac 99)" | finds "netboot is not armed" || fail "it is armed"

kill "$other"
LAST_PID=$netboot
gives_addresses() { offers "$(mac 1)" PXEClient 0 && grep -q "^$HOST " "$WORK/offers"; }
wait_for 60 "addresses" gives_addresses
# asks MAC CLASS ARCH [ipxe] WANTED: the one offer that comes.
asks() {
  offers "${@:1:$#-1}"
  expect "offers to ${*:1:$#-1}" "$(cat "$WORK/offers")" "${!#}"
}
asks "$(mac 1)" PXEClient 0 "$HOST 10.77.0.41 - $HOST ipxe/undionly.kpxe"
asks "$(mac 1)" PXEClient 7 "$HOST 10.77.0.41 - $HOST ipxe/snponly.efi"
asks "$(mac 1)" PXEClient 11 "$HOST 10.77.0.41 - $HOST ipxe/ipxe-arm64.efi"
asks "$(mac 1)" PXEClient 0 ipxe "$HOST 10.77.0.41 - $HOST http://$HOST/boot.ipxe"
asks "$(mac 1)" HTTPClient 16 \
  "$HOST 10.77.0.41 HTTPClient $HOST http://$HOST/ipxe/snponly.efi"
curl -sf "http://$HOST/ipxe/ipxe-arm64.efi" -o "$WORK/loader"
cmp "$WORK/loader" "$IPXE/ipxe-arm64.efi"
for name in registry.cozy-system seed.example.org; do
  python3 "$ROOT/tests/netboot/ask_dns.py" "$HOST" $name | finds -x "$HOST" ||
    fail "DNS does not know $name"
done
! python3 "$ROOT/tests/netboot/ask_dns.py" "$HOST" elsewhere.example.org ||
  fail "DNS knows what nobody told it"
