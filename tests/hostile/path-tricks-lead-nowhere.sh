#!/usr/bin/env bash
# timeout: 180
# alone
# Paths that lead out of the tree, or are too long, are refused cheaply.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
start_serve "$DEMO"
withstand path-tricks
