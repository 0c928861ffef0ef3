#!/usr/bin/env bash
# appliance/site.schema.json and `site check` find the same site files right, and the same wrong.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need_file "$AIRGAP" "make programs"

mkdir "$WORK/examples"
python3 "$ROOT/tests/site/examples.py" "$ROOT/appliance/site.schema.json" "$WORK/examples" \
  >"$WORK/verdicts" || fail "the schema is wrong"
count=0
while read -r name verdict; do
  status=0
  "$AIRGAP" site check --quiet "$WORK/examples/$name.yaml" 2>"$WORK/error" || status=$?
  case $verdict in
  good) expect "exit status for $name: $(cat "$WORK/error")" $status 0 ;;
  bad) expect "exit status for $name" $status 1 ;;
  esac
  count=$((count + 1))
done <"$WORK/verdicts"
[ $count -ge 50 ] || fail "only $count examples"
echo "$count examples"
