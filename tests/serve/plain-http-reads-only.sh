#!/usr/bin/env bash
# Firmware and iPXE fetch by plain HTTP, where it is switched on.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
plain=$(free_port)
start_serve "$DEMO" --http "127.0.0.1:$plain"
curl -sf "http://127.0.0.1:$plain/boot/vmlinuz" -o "$WORK/kernel"
expect "the kernel" "sha256:$(sha256_of "$WORK/kernel")" "$(asset_blob boot/vmlinuz)"
curl -sf "http://127.0.0.1:$plain/ca.pem" -o "$WORK/ca"
cmp "$WORK/ca" "$CA" || fail "/ca.pem"
for method in POST PUT DELETE PATCH; do
  got=$(curl -s -o "$WORK/body" -w '%{http_code}' -X $method "http://127.0.0.1:$plain/boot/vmlinuz")
  [ "$got" = 405 ] || fail "$method is answered with $got"
done
