#!/usr/bin/env bash
# timeout: 400
# one-of: uefi-cd-or-secure-boot-usb
# From a stick with Secure Boot enforced; the signed GRUB tells which medium it was, too, so that
# the site file is found.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
BOOT_LIMIT_S=300
make_site_image "name: Rack 7"
boot --secure-boot --usb "$WORK/site.iso"
the_appliance_is_whole
wait_for 30 "a status with the site's name" status_has 'v["siteName"] == "Rack 7"'
wait_until_it_takes_pushes
