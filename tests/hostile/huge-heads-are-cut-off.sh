#!/usr/bin/env bash
# timeout: 180
# alone
# Heads of a mebibyte are refused before they are kept.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand huge-heads
