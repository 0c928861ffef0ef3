# Machines in QEMU on a network of the test's own, without root: a tap device would need it. Needs
# lib.sh and a network namespace. Source it, don't run it.
# shellcheck shell=bash

# plug_in NAME makes the network device NAME. What is sent to it goes to the machine that is started
# with `scripts/qemu-boot --plug WORK/NAME`, or with qemu_netdev's option.
plug_in() {
  local name=$1
  ip link add "$name" type veth peer name "$name-plug"
  ip link set "$name-plug" up
  background "$name-plug" "$ROOT/tests/ethernet_plug.py" "$name" "$name-plug" "$WORK/$name"
  wait_for 10 "the plug of $name" test -S "$WORK/$name.plug"
  ip link set "$name" up
}

# qemu_netdev NAME prints the value of QEMU's option -netdev for what plug_in has made.
qemu_netdev() {
  local ends=local.type=unix,local.path=$WORK/$1.qemu
  echo "dgram,id=net,$ends,remote.type=unix,remote.path=$WORK/$1.plug"
}
