#!/usr/bin/env bash
# timeout: 300
# one-of: uefi-usb-or-secure-boot-cd
# The appliance image starts from USB under UEFI and serves what is on it.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot --uefi --usb "$APPLIANCE_ISO"
the_appliance_is_whole
