# For the tests in this folder: starts an appliance in QEMU on free ports and asks it things.
# Source it, don't run it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# shellcheck disable=SC2034 # for those who source this file
BASE_ISO=$ROOT/build/base.iso APPLIANCE_ISO=$ROOT/build/appliance.iso
MEMORY_MIB=512
BOOT_LIMIT_S=150
POLL_S=0.3 # each look is a TLS handshake or a line in a shell of a machine that is emulated

# boot OPTION... IMAGE: starts scripts/qemu-boot; sets the PORT_ variables and STARTED_NS.
boot() {
  need qemu-system-x86_64 curl
  need_file "${!#}" "make image"
  PORT_HTTPS=$(free_port) PORT_REGISTRY=$(free_port) PORT_HTTP=$(free_port)
  PORT_TFTP=$(free_port)
  STARTED_NS=$(date +%s%N)
  "$ROOT/scripts/qemu-boot" --memory "$MEMORY_MIB" --https "$PORT_HTTPS" \
    --registry "$PORT_REGISTRY" --http "$PORT_HTTP" --tftp "$PORT_TFTP" \
    --serial "$WORK/serial.log" --pidfile "$WORK/qemu.pid" --monitor "$WORK/monitor" "$@"
  LAST_PID=$(cat "$WORK/qemu.pid")
  PIDS+=("$LAST_PID")
}

# boot_with_shell OPTION... IMAGE: the kernel of the image by itself, with a shell for in_guest and
# KERNEL_OPTIONS on its command line.
boot_with_shell() {
  need blkid
  need_file "${!#}" "make image"
  boot --serial2 "$WORK/shell" --direct "console=tty0 console=ttyS0,115200 quiet panic=30 \
lockdown=integrity airgap.debug=ttyS1 ${KERNEL_OPTIONS:-} airgap.medium=$(blkid -p -o value -s UUID "${!#}")" "$@"
  wait_for "$BOOT_LIMIT_S" "the shell in the appliance" in_guest true
}

seconds_since_start() {
  awk -v ns=$(($(date +%s%N) - STARTED_NS)) 'BEGIN { printf "%.1f", ns / 1e9 }'
}

# ask PORT PATH [CURL ARGUMENT...]: over HTTPS with the CA that the appliance gives out.
ask() {
  local port=$1 path=$2
  shift 2
  [ -s "$WORK/ca.pem" ] || curl -sf -m 5 -o "$WORK/ca.pem" "http://127.0.0.1:$PORT_HTTP/ca.pem"
  curl -sf -m 10 --cacert "$WORK/ca.pem" "$@" "https://localhost:$port$path"
}

# 401 is an answer as well: where somebody may push, the registry asks who is there.
answers() {
  local status
  status=$(ask "$PORT_REGISTRY" /v2/ -o /dev/null -w '%{http_code}') || true
  [ "$status" = 200 ] || [ "$status" = 401 ]
}

# status_has PYTHON: is the expression over the status v true?
status_has() {
  ask "$PORT_HTTPS" /api/v1/status -o "$WORK/status.json"
  [ "$(json "$WORK/status.json" "bool($1)")" = True ]
}

# What the services have logged, if the appliance still tells it: for who looks into a failure.
tell_logs() {
  curl -sk -m 20 "https://localhost:$PORT_HTTPS/api/v1/support-bundle" |
    tar -xO --wildcards '*/log/*/current' >"$WORK/guest.log" || true
}

wait_until_it_serves() {
  (wait_for "$BOOT_LIMIT_S" "HTTPS on the registry's port" answers) || {
    tell_logs
    tail -n 40 "$WORK/guest.log" >&2
    fail "this is what its services logged"
  }
  SERVED_S=$(seconds_since_start)
  echo "serves after $SERVED_S s"
}

# console_shows TEXT: on the serial port, without colons, spaces and control sequences.
console_shows() {
  sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' "$WORK/serial.log" | tr -d ': \r\n' |
    finds -i -F "$(tr -d ': ' <<<"$1")"
}

# the_appliance_is_whole: it serves its bundle and shows on the console what people need.
the_appliance_is_whole() {
  wait_until_it_serves
  wait_for 60 "the bundle in the status" status_has 'v["bundles"][0]["name"] == "demo"'
  local fingerprint
  fingerprint=$(openssl x509 -in "$WORK/ca.pem" -outform der | sha256sum | cut -d ' ' -f 1)
  wait_for 60 "the CA's fingerprint on the console" console_shows "$fingerprint"
  wait_for 60 "the bundle on the console" console_shows demo
  ask "$PORT_REGISTRY" /boot/vmlinuz -o "$WORK/kernel"
  expect "a boot asset" "sha256:$(sha256_of "$WORK/kernel")" "$(asset_blob boot/vmlinuz)"
}

# in_guest COMMAND: runs it in the shell of boot_with_shell, prints its output.
in_guest() {
  python3 "$ROOT/tests/boot/guest_shell.py" "$WORK/shell" "$1"
}

# monitor COMMAND...: gives QEMU commands of its human monitor.
monitor() {
  python3 "$ROOT/tests/boot/guest_shell.py" --monitor "$WORK/monitor" "$@"
}

# type_on_screen TEXT: on the keyboard, and Enter behind it; `press KEY` is one key alone.
press() { monitor "sendkey $1"; }
# Key by key: a machine that is short of time loses some of many.
type_on_screen() {
  local text=$1 key i
  for ((i = 0; i < ${#text}; i++)); do
    key=${text:i:1}
    case $key in
    ' ') key=spc ;;
    .) key=dot ;;
    /) key=slash ;;
    -) key=minus ;;
    :) key=shift-semicolon ;;
    esac
    press "$key"
  done
  press ret
}

# screen_shows TEXT: on the first screen, without colons and spaces; needs boot_with_shell.
screen_shows() {
  in_guest "cat /dev/vcs1" | tr -d ': \r\n' | finds -i -F "$(tr -d ': ' <<<"$1")"
}

# plug FILE NAME, unplug NAME: a USB stick, while the appliance runs.
plug() {
  monitor "drive_add 0 if=none,id=drive-$2,format=raw,readonly=on,file=$1"
  monitor "device_add usb-storage,bus=xhci.0,drive=drive-$2,id=$2,removable=on"
}
unplug() {
  monitor "device_del $1"
}

# make_volume FILE LABEL MIB [FILE-IN-IT]...: a FAT file system without a partition table.
make_volume() {
  local image=$1 label=$2 mib=$3
  shift 3
  truncate -s "${mib}M" "$image"
  mkfs.vfat -n "$label" "$image" >/dev/null
  [ $# -eq 0 ] || mcopy -i "$image" "$@" ::/
}
