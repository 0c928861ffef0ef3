#!/usr/bin/env bash
# Names are looked up among the bundle's assets, never in a file system; nothing is written.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need curl tftp

start_tftp 1000
cd "$WORK"

# curl's exit codes: 68 file not found, 69 permission problem.
for name in none boot boot/ boot/asset/ ../bundle.tar boot/../boot/asset "$WORK/asset" \
  etc/passwd %2e%2e/asset; do
  status=0
  curl -sS --max-time 20 --path-as-is -o got "tftp://127.0.0.1:$TFTP_PORT/$name" 2>/dev/null ||
    status=$?
  expect "curl's exit for $name" "$status" 68
done

status=0
curl -sS --max-time 20 -T asset "tftp://127.0.0.1:$TFTP_PORT/boot/new" 2>/dev/null || status=$?
expect "curl's exit for an upload" "$status" 69

said=$(tftp -m netascii 127.0.0.1 "$TFTP_PORT" -c get boot/asset got 2>&1)
case $said in
*octet*) ;;
*) fail "a netascii request was answered with: $said" ;;
esac

curl -sS --max-time 20 -o got "tftp://127.0.0.1:$TFTP_PORT/boot/asset"
cmp got asset
