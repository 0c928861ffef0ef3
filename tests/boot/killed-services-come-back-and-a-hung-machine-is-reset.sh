#!/usr/bin/env bash
# timeout: 400
# Every service that is killed runs again, with another process id, and the registry answers. How
# long it was away is printed; 2 s are what is wanted of a machine that is not emulated. The
# machine's watchdog is fed; when nobody feeds it any more the machine starts again, and serves.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
KERNEL_OPTIONS=airgap.watchdog=20
boot_with_shell --watchdog i6300esb "$BASE_ISO"
wait_until_it_serves
for service in $(in_guest "cd /etc/sv; echo *"); do
  [ "$service" != debug-shell ] || continue
  wait_for 60 "$service" in_guest "sv status /etc/sv/$service | grep ^run:"
  pid=/etc/sv/$service/supervise/pid
  before=$(in_guest "cat $pid")
  # In hundredths of a second.
  away=$(in_guest "t() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }; b=\$(t); kill -9 $before; \
n=0; while [ \$n -lt 100 ]; do p=\$(cat $pid); [ -n \"\$p\" ] && [ \"\$p\" != $before ] && break; \
n=\$((n + 1)); sleep 0.1; done; [ \"\$p\" != $before ] && echo \$((\$(t) - b))")
  wait_for 20 "$service after a kill" in_guest "sv status /etc/sv/$service | grep ^run:"
  echo "$service was away for $((away / 100)).$((away % 100 / 10)) s"
done
wait_for 20 "the registry after kills" answers

feeds() { in_guest "grep 'i6300ESB.* after 20 s of silence' /run/log/watchdog/current"; }
wait_for 60 "a fed watchdog" feeds
in_guest "touch /run/before; kill -STOP \$(cat /etc/sv/watchdog/supervise/pid)"
is_new() { in_guest "[ ! -e /run/before ]"; }
wait_for "$BOOT_LIMIT_S" "the machine to start again" is_new
rm "$WORK/ca.pem" # it has another identity now
wait_until_it_serves
