#!/usr/bin/env bash
# timeout: 300
# The handshake hands over to the kernel: its counters move when a client asks.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell "$BASE_ISO"
wait_until_it_serves
count() { in_guest "awk \"/TlsTxSw |TlsTxDevice /{n += \\\$2} END {print n}\" /proc/net/tls_stat"; }
# The module may come after the server, which looks for it again every ten seconds and pumps until
# then.
a_pull_moves_them() {
  local before after
  before=$(count) || return 1
  answers || return 1
  after=$(count) || return 1
  [ "$after" -gt "$before" ]
}
wait_for 60 "a connection that the kernel encrypts" a_pull_moves_them
