#!/usr/bin/env bash
# timeout: 300
# A machine whose battery died believes that it is 1990: it serves, to clients with the right time
# as well, and says on the console and in the status what is wrong.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
boot --clock 1990-01-31 "$APPLIANCE_ISO"
the_appliance_is_whole
wait_for 30 "the clock in the status" status_has \
  'any("the clock says 1990-01-31" in problem for problem in v["problems"])'
wait_for 30 "the clock on the console" console_shows "the clock says 1990-01-31"
