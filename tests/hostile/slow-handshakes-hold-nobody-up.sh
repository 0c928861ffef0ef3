#!/usr/bin/env bash
# timeout: 180
# alone
# Three hundred handshakes that come a byte a second.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand slow-handshakes
