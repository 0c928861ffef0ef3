#!/usr/bin/env bash
# timeout: 300
# Every service that is killed runs again, with another process id, and the registry answers.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell "$BASE_ISO"
wait_until_it_serves
for service in registryd controld tftpd identity media network modules hotplug watchdog \
  console-ttyS0; do
  wait_for 20 "$service" in_guest "sv status /etc/sv/$service | grep ^run:"
  before=$(in_guest "cat /etc/sv/$service/supervise/pid")
  in_guest "kill -9 $before"
  wait_for 20 "$service after a kill" \
    in_guest "[ \$(cat /etc/sv/$service/supervise/pid) != $before ]"
  wait_for 20 "$service after a kill" in_guest "sv status /etc/sv/$service | grep ^run:"
done
wait_for 20 "the registry after kills" answers
