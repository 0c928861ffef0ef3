#!/usr/bin/env bash
# timeout: 300
# The base ISO alone is a working appliance that has nothing yet.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot --bios --cd "$BASE_ISO"
wait_until_it_serves
wait_for 60 "a status without bundles" status_has 'v["bundles"] == []'
