#!/usr/bin/env bash
# timeout: 400
# one-of: killed-or-plugged-in
# waits
# Every service that is killed runs again, with another process id, and the registry answers. How
# long it was away is printed; 2 s are what is wanted of a machine that is not emulated. The
# machine's watchdog is fed; when nobody feeds it any more the machine starts again, and serves.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
KERNEL_OPTIONS=airgap.watchdog=20
boot_with_shell --watchdog i6300esb "$BASE_ISO"
wait_until_it_serves
all_run() {
  in_guest "(for s in /etc/sv/*; do case \$(sv status \$s) in run:*) ;; *) exit 1 ;; esac; done)"
}
wait_for 60 "all services" all_run
# One command for all of them: over the serial line each one takes its time. In hundredths of a
# second; 10 s are too much on any machine.
in_guest "now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }; cd /etc/sv; for s in *; do \
[ \$s != debug-shell ] || continue; old=\$(cat \$s/supervise/pid); at=\$(now); kill -9 \$old; n=0; \
while new=\$(cat \$s/supervise/pid); [ -z \"\$new\" ] || [ \$new = \$old ]; do sleep 0.1; \
n=\$((n + 1)); [ \$n -lt 100 ] || break; done; echo \$s \$((\$(now) - at)) \$n; done" >"$WORK/away"
awk '{ printf "%s was away for %.1f s\n", $1, $2 / 100 }' "$WORK/away"
expect "services that were killed" "$(wc -l <"$WORK/away")" 15
! grep ' 100$' "$WORK/away" || fail "it did not come back"
wait_for 20 "all services after kills" all_run
wait_for 20 "the registry after kills" answers

feeds() { in_guest "grep 'i6300ESB.* after 20 s of silence' /run/log/watchdog/current"; }
wait_for 60 "a fed watchdog" feeds
in_guest "touch /run/before; kill -STOP \$(cat /etc/sv/watchdog/supervise/pid)"
# A command that the reset came over is never answered.
is_new() { GUEST_TIMEOUT_S=5 in_guest "[ ! -e /run/before ]"; }
wait_for "$BOOT_LIMIT_S" "the machine to start again" is_new
rm "$WORK/ca.pem" # it has another identity now
wait_until_it_serves
