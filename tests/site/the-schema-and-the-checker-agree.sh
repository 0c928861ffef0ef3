#!/usr/bin/env bash
# appliance/site.schema.json and `site check` find the same site files right, and the same wrong.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../schema.bash"
need_file "$AIRGAP" "make programs"
agrees "$ROOT/tests/site/examples.py" "$ROOT/appliance/site.schema.json" 50 \
  "$AIRGAP" site check --quiet
