#!/usr/bin/env bash
# timeout: 300
# The signed GRUB tells which medium it was, too; on a stick.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
make_site_image "name: Rack 7"
boot --secure-boot --usb "$WORK/site.iso"
wait_for "$BOOT_LIMIT_S" "a status with the site's name" status_has 'v["siteName"] == "Rack 7"'
wait_until_it_takes_pushes
