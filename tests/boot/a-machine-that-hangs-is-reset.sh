#!/usr/bin/env bash
# timeout: 400
# The machine's watchdog is fed; when nobody feeds it any more the machine starts again, and serves.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
KERNEL_OPTIONS=airgap.watchdog=20
boot_with_shell --watchdog i6300esb "$BASE_ISO"
wait_until_it_serves
feeds() { in_guest "grep 'i6300ESB.* after 20 s of silence' /run/log/watchdog/current"; }
wait_for 60 "a fed watchdog" feeds
in_guest "touch /run/before; kill -STOP \$(cat /etc/sv/watchdog/supervise/pid)"
is_new() { in_guest "[ ! -e /run/before ]"; }
wait_for "$BOOT_LIMIT_S" "the machine to start again" is_new
rm "$WORK/ca.pem" # it has another identity now
wait_until_it_serves
