#!/usr/bin/env bash
# timeout: 300
# The appliance for arm64 boots from a USB stick with UEFI and serves; its console is on the serial
# port that the firmware names.
set -euo pipefail
. "$(dirname "$0")/../boot/fixture.bash"
need qemu-system-aarch64
boot --arm64 --usb "$ROOT/build/arm64/appliance.iso"
the_appliance_is_whole
