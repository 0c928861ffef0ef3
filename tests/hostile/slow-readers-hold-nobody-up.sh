#!/usr/bin/env bash
# timeout: 180
# alone
# Two hundred pulls that are read at 2 KiB a second.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand slow-readers
