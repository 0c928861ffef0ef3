#!/usr/bin/env bash
# timeout: 300
# What speaks to the network is not root; no two services share a user; nobody can log in.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell "$BASE_ISO"
wait_until_it_serves
for service in registryd controld tftpd; do
  expect "user of $service" \
    "$(in_guest "stat -c %U /proc/\$(cat /etc/sv/$service/supervise/pid)")" "$service"
done
expect "user of identity" \
  "$(in_guest "stat -c %U /proc/\$(cat /etc/sv/identity/supervise/pid)")" identity
expect "user of the console" \
  "$(in_guest "stat -c %U /proc/\$(cat /etc/sv/console-ttyS0/supervise/pid)")" console
in_guest "su -s /bin/sh -c \"cat /run/airgap/tls/server.key\" tftpd > /dev/null 2>&1" &&
  fail "tftpd can read the key of the certificate"
in_guest "su -s /bin/sh -c \"cat /run/airgap/tls/ca.key\" registryd > /dev/null 2>&1" &&
  fail "registryd can read the key of the CA"
in_guest "ps | grep -v grep | grep -E \"getty|login|telnetd|sshd\"" && fail "somebody can log in"
true
