#!/usr/bin/env bash
# timeout: 300
# What speaks to the network is not root; no two services share a user; nobody can log in; the
# kernel is locked down, and hardened as /etc/sysctl.conf says.
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
# The kernel took every line of the list, and is locked down.
in_guest "cat /etc/sysctl.conf" | grep -v -e '^#' -e '^$' | tr -d ' ' >"$WORK/wanted"
in_guest "(cd /proc/sys; grep -H . $(cut -d = -f 1 "$WORK/wanted" | xargs))" | sed 's/:/=/' \
  >"$WORK/found"
diff "$WORK/wanted" "$WORK/found" || fail "the kernel did not take these"
[ "$(wc -l <"$WORK/found")" -ge 30 ] || fail "the list is short"
in_guest "cat /sys/kernel/security/lockdown" | finds -F "[integrity]" || fail "no lockdown"
in_guest "ps | grep -v grep | grep -E \"getty|login|telnetd|sshd\"" && fail "somebody can log in"
true
