#!/usr/bin/env bash
# timeout: 180
# alone
# A thousand connections on which nobody says anything.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand idle
