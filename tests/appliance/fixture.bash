# A network of one appliance, its DHCP server and the test. Needs lib.sh, ethernet.sh and
# alone_on_the_network. Source it, don't run it.
# shellcheck shell=bash

APPLIANCE=10.77.0.50

# start_network makes the device seed and answers DHCP on it.
start_network() {
  need dnsmasq ip
  plug_in seed
  ip address add 10.77.0.1/24 dev seed
  background dnsmasq dnsmasq --keep-in-foreground --log-facility=- --conf-file=/dev/null \
    --port=0 --user=root --group= --interface=seed --bind-interfaces --dhcp-authoritative \
    --dhcp-range=$APPLIANCE,$APPLIANCE,255.255.255.0,1h --dhcp-leasefile="$WORK/leases" \
    --pid-file="$WORK/dnsmasq.pid"
}

# boot_appliance OPTION...: scripts/qemu-boot with build/appliance.iso, until its bundle is served.
boot_appliance() {
  need_file "$ROOT/build/appliance.iso" "make image"
  "$ROOT/scripts/qemu-boot" --plug "$WORK/seed" --serial "$WORK/serial.log" \
    --pidfile "$WORK/qemu.pid" "$@" "$ROOT/build/appliance.iso"
  LAST_PID=$(cat "$WORK/qemu.pid")
  PIDS+=("$LAST_PID")
  wait_for 180 "the appliance's registry" curl -sk "https://$APPLIANCE:5000/v2/"
  wait_for 60 "the appliance's bundle" status_lists_a_bundle
  wait_for 60 "the appliance's certificate for its address" certificate_counts
}

# It has an address for a moment before it has a certificate for it.
certificate_counts() {
  local url
  curl -sf "http://$APPLIANCE/ca.pem" -o "$WORK/appliance-ca.pem" || return
  for url in "https://$APPLIANCE:5000/v2/" "https://$APPLIANCE/healthz"; do
    curl -sf --cacert "$WORK/appliance-ca.pem" -o "$WORK/body" "$url" || return
  done
}

# The registry answers before the media are all looked at.
status_lists_a_bundle() {
  curl -sfk "https://$APPLIANCE/api/v1/status" | tr -d ' \n' | finds '"bundles":\[{'
}

# console_shows TEXT: on the serial port, without colons, spaces and control sequences.
console_shows() {
  sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' "$WORK/serial.log" | tr -d ': \r\n' | finds -i -F "$1"
}
