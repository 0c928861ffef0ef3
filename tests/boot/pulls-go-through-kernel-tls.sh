#!/usr/bin/env bash
# timeout: 300
# The handshake hands over to the kernel: its counters move when a client asks.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell "$BASE_ISO"
wait_until_it_serves
count() { in_guest "awk \"/TlsTxSw |TlsTxDevice /{n += \\\$2} END {print n}\" /proc/net/tls_stat"; }
before=$(count)
answers
after=$(count)
[ "$after" -gt "$before" ] || fail "kernel TLS sent nothing: $before connections, then $after"
