#!/usr/bin/env bash
# A registry that answers nothing: after some images in a row create asks whether the network is
# there, instead of asking for hundreds of others.
# timeout: 180
# waits
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

port=$(free_port)
for number in {1..500}; do echo "ghcr.io/org/app:v$number"; done >"$WORK/list"
"$AIRGAP" recipe from-list "$WORK/list" --name t --version 1 --file "$WORK/recipe.yaml"
status=0
"$AIRGAP" bundle create --quiet --recipe "$WORK/recipe.yaml" --jobs 32 --file "$WORK/b.tar" \
  --mirror "ghcr.io=http://127.0.0.1:$port" 2>"$WORK/err" || status=$?
expect "without an answer" $status 3
grep -q '^cozy-airgap: 1[0-9] images in a row could not be asked for; is the network there?' \
  "$WORK/err" || fail "$(tail -n 3 "$WORK/err")"
expect "files" "$(ls "$WORK")" "$(printf 'err\nlist\nrecipe.yaml')"
