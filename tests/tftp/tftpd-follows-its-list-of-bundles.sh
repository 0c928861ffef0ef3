#!/usr/bin/env bash
# The appliance's tftpd: bundles that appear in its list are served, those that leave it are not,
# and a client's transfer is told to controld.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need curl python3

make_asset_bundle 50000 "$WORK/asset" "$WORK/bundle.tar"
cd "$WORK"
: >list
python3 - events.sock snapshots <<'END' &
import socket, sys
box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
box.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab") as out:
        out.write(box.recv(1 << 20).replace(b"\n", b" ") + b"\n")
END
PIDS+=($!)
TFTP_PORT=$(free_port)
background tftpd "$ROOT/build/bin/tftpd" --listen "127.0.0.1:$TFTP_PORT" --bundle-list list \
  --events events.sock
url=tftp://127.0.0.1:$TFTP_PORT/boot/asset
fetch() { curl -sS --max-time 5 -o got "$url"; }
no_fetch() { ! fetch; }

wait_for 10 "tftpd" grep -q '"tftpd"' snapshots
no_fetch 2>/dev/null || fail "an asset is served before there is a bundle"
echo "$WORK/bundle.tar" >list
kill -HUP "$LAST_PID"
wait_for 10 "the bundle that was added" fetch
cmp got asset
wait_for 10 "a snapshot with the client" grep -q '127\.0\.0\.1' snapshots
: >list
wait_for 10 "the list without the bundle" no_fetch
