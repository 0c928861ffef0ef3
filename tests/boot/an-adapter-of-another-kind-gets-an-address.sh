#!/usr/bin/env bash
# timeout: 300
# The drivers of older adapters are there, and a second adapter gets an address as well.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot_with_shell --nic e1000 --nic rtl8139 --nic e1000e --nic vmxnet3 "$BASE_ISO"
wait_until_it_serves
wait_for 60 "four addresses" in_guest "[ \$(ip -4 addr | grep -c \"inet 10.0.\") = 4 ]"
