#!/usr/bin/env bash
# timeout: 300
# The appliance image starts from USB under BIOS and serves what is on it.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot --bios --usb "$APPLIANCE_ISO"
the_appliance_is_whole
