#!/usr/bin/env bash
# recipes/recipe.schema.json and `recipe check` find the same recipes right, and the same wrong.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../schema.bash"
need_file "$AIRGAP" "make programs"
agrees "$ROOT/tests/bundle/recipe_examples.py" "$ROOT/bundle-store/recipes/recipe.schema.json" 50 \
  "$AIRGAP" recipe check --quiet
