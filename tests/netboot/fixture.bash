# A network of machines without disks and the host that they boot from, with no other way out. Needs
# lib.sh, ethernet.sh and alone_without_root. Source it, don't run it.
# shellcheck shell=bash

HOST=10.77.0.5
DNSMASQ=$ROOT/build/deps/musl/bin/dnsmasq
IPXE=$ROOT/build/debs/ipxe/usr/lib/ipxe

# start_network gives this host its address on the bridge that every machine is plugged into.
start_network() {
  need ip qemu-system-x86_64
  need_file "$DNSMASQ" "make image"
  need_file "$IPXE" "make image"
  ip link add br0 type bridge
  ip address add $HOST/24 dev br0
  ip link set br0 up
}

# start_site_dhcp OPTION...: the site's own DHCP server, another machine at 10.77.0.1.
start_site_dhcp() {
  need dnsmasq nsenter
  ip link add site type veth peer name site0
  ip link set site master br0 up
  background site-host unshare --net sleep 3600
  local host=$LAST_PID
  wait_for 5 "the other host" other_network "$host"
  ip link set site0 netns "$host"
  nsenter --net="/proc/$host/ns/net" ip address add 10.77.0.1/24 dev site0
  nsenter --net="/proc/$host/ns/net" ip link set site0 up
  background site-dhcp nsenter --net="/proc/$host/ns/net" dnsmasq --keep-in-foreground \
    --log-facility=- --log-dhcp --conf-file=/dev/null --port=0 --user=root --group= \
    --interface=site0 --dhcp-authoritative --dhcp-range=10.77.0.100,10.77.0.120,255.255.255.0,1h \
    --dhcp-leasefile="$WORK/site-leases" --pid-file="$WORK/site-dhcp.pid" "$@"
}
other_network() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

# start_netboot BUNDLE ARGUMENT...: `cozy-airgap netboot` on the bridge.
start_netboot() {
  local bundle=$1
  shift
  background netboot "$AIRGAP" netboot --bundle "$bundle" --interface br0 --ipxe "$IPXE" \
    --dnsmasq "$DNSMASQ" --state "$WORK/state" "$@"
  wait_for 20 "the first iPXE script" curl -sf "http://$HOST/boot.ipxe"
}

# start_machine NAME FIRMWARE: a machine without a disk, what it says in WORK/NAME.serial. FIRMWARE
# is bios (with iPXE in the adapter), pxe (UEFI), http (UEFI HTTP boot alone) or arm64 (UEFI).
# MACHINE_OPTIONS are more options of QEMU.
MACHINES=0
MACHINE_OPTIONS=()
start_machine() {
  # Without a screen the BIOS has its console on the serial port, as UEFI always does.
  local name=$1 firmware=(-machine graphics=off) nic=virtio-net-pci program=qemu-system-x86_64
  MACHINES=$((MACHINES + 1))
  plug_in "machine$MACHINES"
  ip link set "machine$MACHINES" master br0
  case $2 in
  pxe | http)
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$WORK/$name.vars"
    firmware=(-machine q35
      -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
      -drive "if=pflash,format=raw,file=$WORK/$name.vars"
      -fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n)
    [ "$2" = pxe ] || firmware+=(-fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n)
    nic+=,romfile=
    ;;
  arm64)
    program=qemu-system-aarch64
    # The firmware of Debian 13 boots from the network only where the processor has random numbers.
    firmware=(-machine virt -cpu max,pauth-impdef=on -bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
    nic+=,romfile=
    ;;
  esac
  background "$name" $program -accel tcg,thread=multi -m 768 -nodefaults \
    -no-user-config -display none -serial "file:$WORK/$name.serial" "${firmware[@]}" \
    -object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng \
    -netdev "$(qemu_netdev "machine$MACHINES")" \
    -device "$nic,netdev=net,bootindex=1,mac=$(mac "$MACHINES")" "${MACHINE_OPTIONS[@]}"
}
mac() { printf '52:54:00:77:00:%02x' "$1"; }

stop_machine() {
  kill "$LAST_PID"
  wait "$LAST_PID" || true
  LAST_PID=
}

# make_node_bundle FILE: with what iPXE loads as a kernel and starts in vain.
make_node_bundle() {
  head -c 300000 /dev/urandom >"$WORK/file"
  "$AIRGAP" bundle create --quiet --name t --version 1 --asset "boot/vmlinuz=$WORK/file" \
    --asset "boot/initramfs=$WORK/file" --asset "boot/kernel-arm64=$WORK/file" \
    --asset "boot/initramfs-metal-arm64.xz=$WORK/file" --file "$1"
}

# loads_its_kernel FIRMWARE: waits until the machine of this name says so.
loads_its_kernel() {
  local kernel=vmlinuz
  [ "$1" != arm64 ] || kernel=kernel-arm64
  wait_for 120 "the kernel of the machine with $1" says "$1" "/boot/$kernel... ok"
}

# make_dhcp_site FILE: a site file with mode dhcp.
make_dhcp_site() {
  cat >"$1" <<YAML
hostNames: [seed.example.org]
network: {interface: br0, addresses: [$HOST/24]}
netboot:
  mode: dhcp
  dhcp:
    first: 10.77.0.50
    last: 10.77.0.59
    router: 10.77.0.9
    reservations: [{mac: "$(mac 1)", address: 10.77.0.41, name: node1}]
YAML
}

# node_is MAC PYTHON: is the expression over the node n of the status true?
node_is() {
  curl -sf --cacert "$WORK/state/ca.pem" "https://$HOST:5000/api/v1/status" -o "$WORK/status.json"
  [ "$(json "$WORK/status.json" \
    "any(n['mac'] == '$1' and bool($2) for n in v['nodes'])")" = True ]
}

# says NAME TEXT: on its serial port, without control sequences.
says() { says_all "$1" | finds -F "$2"; }
says_all() { sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' "$WORK/$1.serial" | tr -d '\r'; }
