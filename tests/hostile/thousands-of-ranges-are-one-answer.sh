#!/usr/bin/env bash
# timeout: 180
# alone
# Requests for two thousand ranges are answered once, with the whole.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand many-ranges
