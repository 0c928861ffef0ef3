#!/usr/bin/env bash
# An asset arrives unchanged with every client and option: plain blocks, large blocks, windows.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need curl tftp atftp

start_tftp 3000001
wanted=$(sha256_of "$WORK/asset")
cd "$WORK"

fetch() {
  local what=$1
  shift
  rm -f got
  "$@" >"$WORK/client.log" 2>&1 || fail "$what: $(tail -n 3 "$WORK/client.log")"
  expect "$what" "$(sha256_of got)" "$wanted"
}

fetch "curl" curl -sS --max-time 60 -o got "tftp://127.0.0.1:$TFTP_PORT/boot/asset"
fetch "curl, blksize 1468" \
  curl -sS --max-time 60 --tftp-blksize 1468 -o got "tftp://127.0.0.1:$TFTP_PORT/boot/asset"
fetch "curl without options" \
  curl -sS --max-time 60 --tftp-no-options -o got "tftp://127.0.0.1:$TFTP_PORT//boot/asset"
fetch "tftp-hpa" tftp -m binary 127.0.0.1 "$TFTP_PORT" -c get boot/asset got
fetch "atftp" atftp -g -r boot/asset -l got 127.0.0.1 "$TFTP_PORT"
fetch "atftp, windows of 4" atftp --option "blksize 1468" --option "windowsize 4" \
  -g -r boot/asset -l got 127.0.0.1 "$TFTP_PORT"
fetch "atftp, windows of 64" atftp --option "blksize 1024" --option "windowsize 64" \
  -g -r boot/asset -l got 127.0.0.1 "$TFTP_PORT"
