#!/usr/bin/env bash
# timeout: 180
# alone
# Whoever asks for billions of entries gets a page.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand huge-pages
