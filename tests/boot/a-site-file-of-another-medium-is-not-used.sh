#!/usr/bin/env bash
# timeout: 300
# Only the medium that the appliance was booted from says what the site is: nobody gets to push by
# plugging in a stick.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
make_site_image "name: Rack 7"
boot_with_shell "$BASE_ISO"
wait_until_it_serves
plug "$WORK/site.iso" other
wait_for 60 "the bundle of the stick" status_has 'v["bundles"][0]["name"] == "demo"'
said() { in_guest "grep 'not used: this was booted from another medium' /run/log/media/current"; }
wait_for 30 "that its site file is not used" said
status_has 'v["siteName"] == "" and v["problems"] == []' || fail "it is used"
in_guest "[ ! -e /run/airgap/site/logins ]" || fail "its logins are used"
