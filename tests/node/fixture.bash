# An appliance that boots Talos nodes, each with a machine config of its own. Needs lib.sh,
# ethernet.sh, netboot/fixture.bash and alone_without_root. Source it, don't run it.
# shellcheck shell=bash

SEED=10.77.0.50
INSTALLER=ghcr.io/cozystack/demo/debian:13

# make_node_files: WORK/node.tar, a bundle with what nodes boot.
make_node_files() {
  need xorriso cpio
  need_file "$ROOT/build/base.iso" "make image"
  need_file "$ROOT/build/peers/node" "make peers"
  xorriso -report_about FAILURE -osirrox on -indev "$ROOT/build/base.iso" \
    -extract /boot/vmlinuz "$WORK/vmlinuz" -extract /boot/initramfs "$WORK/initramfs" 2>/dev/null
  mkdir -p "$WORK/over/bin"
  cp "$ROOT/tests/node/node-init" "$ROOT/tests/node/lease" "$WORK/over/"
  cp "$ROOT/build/peers/node" "$WORK/over/bin/"
  # Linux unpacks one archive after the other; one that is not packed begins at a multiple of 4.
  (cd "$WORK/over" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) | zstd -q -3 |
    dd conv=sync bs=512 iflag=fullblock status=none >"$WORK/node-initramfs"
  cat "$WORK/initramfs" >>"$WORK/node-initramfs"
  echo "talos.platform=metal console=ttyS0,115200 quiet panic=10 rdinit=/node-init" \
    >"$WORK/arguments"
  "$AIRGAP" bundle create --quiet --name node --version 1 \
    --asset "boot/vmlinuz=$WORK/vmlinuz" --asset "boot/initramfs=$WORK/node-initramfs" \
    --asset "boot/cmdline-metal-amd64=$WORK/arguments" --file "$WORK/node.tar"
}

# make_machine_configs COUNT: WORK/configs, for the first machines that start_machine makes.
make_machine_configs() {
  local talos=$ROOT/build/peers/talosconf-v1.13 number name
  mkdir -p "$WORK/configs"
  "$talos" gen >"$WORK/config.yaml"
  "$AIRGAP" mirrors render --quiet --bundle "$DEMO" --endpoint "https://$SEED:5000" \
    --ca "$WORK/our-ca/ca.pem" --talos v1.13.6 --node-config "$WORK/config.yaml" \
    --dir "$WORK/patches"
  printf 'machine:\n  install:\n    image: %s\n' "$INSTALLER" >"$WORK/patches/3-image.yaml"
  for ((number = 1; number <= $1; number++)); do
    # The appliance's own adapter is the first.
    name=$(mac $((number + 1)))
    "$talos" apply "$WORK/config.yaml" "$WORK"/patches/*.yaml >"$WORK/configs/${name//:/-}.yaml"
  done
}

# start_appliance_for_nodes COUNT [LINE]...: for so many nodes, its site file with these lines as
# well; sets CA, INSTALLER_DIGEST.
start_appliance_for_nodes() {
  local count=$1
  shift
  start_network
  make_node_files
  "$AIRGAP" site init --quiet --dir "$WORK/our-ca"
  make_machine_configs "$count"
  {
    printf 'network: {addresses: [%s/24]}\n' "$SEED"
    printf 'netboot: {mode: dhcp, armed: true, dhcp: {first: 10.77.0.100, last: 10.77.0.110}}\n'
    "$AIRGAP" site seal-configs --plain "$WORK/configs"
    [ $# -eq 0 ] || printf '%s\n' "$@"
  } >"$WORK/site.yaml"
  # One adapter has the address: say which.
  sed -i "s|^network: {|&interface: '52:54:00:12:34:56', |" "$WORK/site.yaml"
  "$AIRGAP" image build --quiet --base "$ROOT/build/base.iso" --bundle "$DEMO" \
    --bundle "$WORK/node.tar" --site "$WORK/site.yaml" --site-ca "$WORK/our-ca" \
    --file "$WORK/stick"
  MACHINES=1
  plug_in machine1
  ip link set machine1 master br0
  CA=$WORK/our-ca/ca.pem
  boot_stick
  wait_for 60 "netboot" status_knows 'any("netboot is armed" in n for n in v["notices"])'
  INSTALLER_DIGEST=$(curl -sf --cacert "$CA" -o /dev/null -D - \
    "https://$SEED:5000/v2/ghcr.io/cozystack/demo/debian/manifests/13" |
    sed -n -E 's/^docker-content-digest: *([a-z0-9:]*).*/\1/ip')
}

# boot_stick starts the appliance from the stick that start_appliance_for_nodes made.
boot_stick() {
  "$ROOT/scripts/qemu-boot" --stick --memory 768 --plug "$WORK/machine1" \
    --serial "$WORK/serial.log" --pidfile "$WORK/qemu.pid" "$WORK/stick"
  APPLIANCE=$(cat "$WORK/qemu.pid")
  PIDS+=("$APPLIANCE")
  wait_for 180 "the appliance's bundles" status_knows \
    '{b["name"] for b in v["bundles"]} == {"demo", "node"}'
}

# status_knows PYTHON: is the expression over the status v true?
status_knows() {
  curl -sf -m 10 --cacert "$CA" "https://$SEED/api/v1/status" -o "$WORK/status.json" &&
    [ "$(json "$WORK/status.json" "bool($1)")" = True ]
}

# start_node FIRMWARE: a bare machine whose clock is wrong.
start_node() {
  MACHINE_OPTIONS=(-rtc base=2027-03-01 -no-reboot)
  STARTED_NS=$(date +%s%N)
  start_machine "$1" "$1"
  background "$1-blob" wait_for_blob "$1"
  LAST_PID=${PIDS[-2]}
}

# start_from_disk NAME CONFIG ADDRESS [PROBE]...: a machine whose disk has this machine config, so that
# it asks nobody for one, nor for an address; it pulls its installer, or runs these probes.
start_from_disk() {
  local name=$1 address=$3
  mkdir -p "$WORK/disk"
  cp "$2" "$WORK/disk/config.yaml"
  shift 3
  echo "$@" >"$WORK/disk/probes"
  tar -C "$WORK/disk" -cf "$WORK/$name.disk" config.yaml probes
  truncate -s %512 "$WORK/$name.disk"
  MACHINES=$((MACHINES + 1))
  plug_in "machine$MACHINES"
  ip link set "machine$MACHINES" master br0
  background "$name" qemu-system-x86_64 -accel tcg,thread=multi -m 768 -nodefaults \
    -no-user-config -display none -no-reboot -serial "file:$WORK/$name.serial" \
    -object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng \
    -netdev "$(qemu_netdev "machine$MACHINES")" \
    -device "virtio-net-pci,netdev=net,romfile=,mac=$(mac "$MACHINES")" \
    -drive "if=virtio,format=raw,file=$WORK/$name.disk" \
    -kernel "$WORK/vmlinuz" -initrd "$WORK/node-initramfs" \
    -append "console=ttyS0,115200 quiet panic=10 rdinit=/node-init node.address=$address"
}

# When the serial port says so; first_blob_s tells.
wait_for_blob() {
  wait_for 240 "the first blob" says "$1" "node: has its first blob"
  awk -v ns=$(($(date +%s%N) - STARTED_NS)) 'BEGIN { printf "%.1f", ns / 1e9 }' >"$WORK/$1.blob"
}
first_blob_s() { cat "$WORK/$1.blob"; }
