#!/usr/bin/env bash
# timeout: 300
# one-of: uefi-cd-or-secure-boot-usb
# The appliance image starts from CD under UEFI and serves what is on it.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot --uefi --cd "$APPLIANCE_ISO"
the_appliance_is_whole
