#!/usr/bin/env bash
# One event loop serves many clients, and the HTTP side of the same process meanwhile.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need curl

start_tftp 700000
cd "$WORK"
clients=()
for i in {1..100}; do
  curl -sS --max-time 90 --tftp-blksize 1468 -o "got.$i" \
    "tftp://127.0.0.1:$TFTP_PORT/boot/asset" &
  clients+=($!)
done
expect "healthz meanwhile" "$(status_of /healthz)" 200
for client in "${clients[@]}"; do wait "$client" || fail "a client got nothing"; done
for i in {1..100}; do cmp "got.$i" asset; done
