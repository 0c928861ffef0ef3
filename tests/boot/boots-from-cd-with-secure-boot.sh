#!/usr/bin/env bash
# timeout: 400
# one-of: uefi-usb-or-secure-boot-cd
# The firmware has Microsoft's keys and refuses what they did not sign, all the way to the kernel.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
BOOT_LIMIT_S=300
boot --secure-boot --cd "$APPLIANCE_ISO"
the_appliance_is_whole
