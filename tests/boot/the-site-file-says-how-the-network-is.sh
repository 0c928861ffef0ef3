#!/usr/bin/env bash
# timeout: 500
# one-of: network-or-console
# waits
# A fixed address on one adapter of two, where the appliance would be the DHCP server if QEMU's own
# did not answer, and is the clients' time server; and a VLAN on a bond, whose second adapter takes
# over when the first one's cable is out, and which says which adapter the machine lacks.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"

ours=52:54:00:12:34:56 # of the adapter that the forwarded ports lead to
other=52:54:00:12:34:57
# name_of MAC: which names adapters get depends on whose driver comes first.
name_of() {
  in_guest "(cd /sys/class/net; grep -s -l $1 e*/bonding_slave/perm_hwaddr e*/address; true)" |
    cut -d / -f 1 | head -n 1
}

# The forwarded ports lead to this address, and nobody is asked for it.
make_site_image "network:" "  interface: '$ours'" "  addresses: [10.0.2.15/24, 'fd00::15/64']" \
  "  gateway: 10.0.2.2" "  dns: [10.0.2.3]" "netboot:" "  mode: dhcp" \
  "  dhcp: {first: 10.0.2.100, last: 10.0.2.150}"
boot_with_shell --nic virtio-net-pci --nic e1000 "$WORK/site.iso"
wait_until_it_serves
in_guest "ip addr show dev $(name_of $ours)" >"$WORK/said"
finds -F "inet6 fd00::15/64" <"$WORK/said" || fail "its second address: $(cat "$WORK/said")"
route=$(in_guest "ip route | grep ^default" | xargs)
expect "the route" "$route" "default via 10.0.2.2 dev $(name_of $ours)"
expect "the name server" "$(in_guest "cat /run/resolv.conf")" "nameserver 10.0.2.3"
expect "the other adapter" "$(in_guest "cat /sys/class/net/$(name_of $other)/operstate")" down
! in_guest "pidof udhcpc" >/dev/null || fail "there is a DHCP client"
wait_for 30 "the other DHCP server" status_has \
  'any("another DHCP server is there: 10.0.2.2 on eth" in p for p in v["problems"])'
! in_guest "pidof dnsmasq" >/dev/null || fail "it gives addresses all the same"
tells_the_time() { in_guest "(ntpd -dd -n -q -w -p 127.0.0.1 2>&1; true) | grep -m 1 strat:1"; }
wait_for 30 "somebody who tells the time" tells_the_time
kill "$LAST_PID"
rm -f "$WORK/ca.pem"

make_site_image "network:" \
  "  bond: {interfaces: ['$ours', '$other', enp9s0], mode: active-backup}" "  vlan: 20" \
  "  addresses: [10.0.2.77/24]"
boot_with_shell --nic virtio-net-pci --nic e1000 --dump "$WORK/wire" "$WORK/site.iso"
has_vlan() { in_guest "ip addr show dev vlan20 | grep -F 'inet 10.0.2.77/24 '"; }
wait_for 60 "the address on the VLAN" has_vlan
# ARP in VLAN 20 (IEEE 802.1Q) that 10.0.2.77 asks; again and again, for the bond loses what comes
# before it has an adapter.
on_the_wire() {
  in_guest "ping -c 1 -W 1 10.0.2.2 >/dev/null 2>&1; true"
  python3 -c 'import sys
sys.exit(bytes([0x81, 0, 0, 20, 8, 6]) not in (wire := open(sys.argv[1], "rb").read()) or
         bytes([10, 0, 2, 77]) not in wire)' "$WORK/wire"
}
wait_for 30 "frames with its tag" on_the_wire
active() { in_guest "cat /sys/class/net/bond0/bonding/active_slave"; }
first=$(active)
expect "the first adapter" "$(in_guest "cat /sys/class/net/$first/bonding_slave/perm_hwaddr")" $ours
expect "adapters" "$(in_guest "wc -w </sys/class/net/bond0/bonding/slaves")" 2
monitor "set_link net0 off"
has_changed() { [ "$(name_of $other)" = "$(active)" ]; }
wait_for 30 "the other adapter to take over" has_changed
problem="network.bond.interfaces enp9s0 is not in this machine; it has: eth"
says() { in_guest "cat /run/airgap/site/network-problems" | finds -F "$1"; }
wait_for 60 "what is missing" says "$problem"
wait_for 30 "the cable that is out" says "$first: no link: is the cable in?"
wait_for 30 "it on the console" console_shows "enp9s0 is not in this machine"
