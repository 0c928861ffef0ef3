#!/usr/bin/env bash
# Machines of another network, whose router passes on what they ask, get a boot file beside that
# network's DHCP server, or, with mode dhcp, an address of their network and the boot file.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../ethernet.sh"
. "$(dirname "$0")/fixture.bash"
alone_without_root
start_network
make_node_bundle "$WORK/t.tar"
# The router: 10.77.0.9 here, 10.88.0.1 there.
background router-host unshare --net sleep 3600
ROUTER=$LAST_PID
wait_for 5 "the router" other_network "$ROUTER"
router() { nsenter --net="/proc/$ROUTER/ns/net" "$@"; }
ip link add here type veth peer name here0
ip link set here master br0 up
ip link set here0 netns "$ROUTER"
ip link add there type veth peer name there0
ip link set there0 netns "$ROUTER"
background machine-host unshare --net sleep 3600
MACHINE=$LAST_PID
wait_for 5 "the machine" other_network "$MACHINE"
machine() { nsenter --net="/proc/$MACHINE/ns/net" "$@"; }
ip link set there netns "$MACHINE"
machine ip link set there up
router ip address add 10.77.0.9/24 dev here0
router ip address add 10.88.0.1/24 dev there0
router ip link set here0 up
router ip link set there0 up
router sysctl -q net.ipv4.ip_forward=1
ip route add 10.88.0.0/24 via 10.77.0.9
background relay nsenter --net="/proc/$ROUTER/ns/net" dnsmasq --keep-in-foreground \
  --log-facility=- --conf-file=/dev/null --port=0 --user=root --group= \
  --pid-file="$WORK/relay.pid" \
  --dhcp-relay="10.88.0.1,$HOST"
offers() {
  machine "$ROOT/tests/netboot/pxe_client.py" there 52:54:00:88:00:01 "$@" >"$WORK/offers"
}
# offered SERVER ADDRESS CLASS NEXT FILE [what to ask]: is there such an offer, ADDRESS a pattern?
offered() {
  local want="$1 $2 $3 $4 $5"
  shift 5
  offers "$@" && grep -qx -e "$want" "$WORK/offers"
}

cat >"$WORK/site.yaml" <<YAML
netboot: {relayed: [{router: 10.88.0.1/24}]}
YAML
start_netboot "$WORK/t.tar" --site "$WORK/site.yaml"
# The address that it has from the DHCP server of its own network.
machine ip address add 10.88.0.7/24 dev there
machine ip route add default via 10.88.0.1
offered $HOST 0.0.0.0 PXEClient $HOST ipxe/snponly.efi PXEClient 7 ||
  fail "beside a DHCP server: $(cat "$WORK/offers")"
kill "$LAST_PID"
wait "$LAST_PID" || true
LAST_PID=
machine ip address flush dev there

make_dhcp_site "$WORK/site.yaml"
relayed="[{router: 10.88.0.1/24, first: 10.88.0.50, last: 10.88.0.59}]"
sed -i "s|^  mode: dhcp|&\n  relayed: $relayed|" "$WORK/site.yaml"
start_netboot "$WORK/t.tar" --site "$WORK/site.yaml"
gives() { offered $HOST '10\.88\.0\.5[0-9]' "$@"; }
wait_for 30 "an address" gives - $HOST ipxe/snponly.efi PXEClient 7
gives HTTPClient $HOST "http://$HOST/ipxe/snponly.efi" HTTPClient 16 || fail "$(cat "$WORK/offers")"
gives - $HOST "http://$HOST/boot.ipxe" PXEClient 7 ipxe || fail "$(cat "$WORK/offers")"
# One of this network has an address of this network.
ip link add beside type veth peer name beside0
ip link set beside0 master br0 up
ip link set beside netns "$MACHINE"
machine ip link set beside up
machine "$ROOT/tests/netboot/pxe_client.py" beside 52:54:00:88:00:02 PXEClient 7 >"$WORK/offers"
grep -q "^$HOST 10.77.0.5[0-9] " "$WORK/offers" || fail "$(cat "$WORK/offers")"
