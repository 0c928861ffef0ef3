# For tests that hold a checker against the schema that is published of what it checks. Source it
# after lib.sh.
# shellcheck shell=bash

# agrees EXAMPLES.py SCHEMA MIN COMMAND...: of at least MIN examples COMMAND FILE ends with 0 for
# those that the schema finds good, and with 1 for the others.
agrees() {
  local examples=$1 schema=$2 least=$3 count=0 name verdict status
  shift 3
  mkdir -p "$WORK/examples"
  PYTHONPATH=$ROOT/tests python3 "$examples" "$schema" "$WORK/examples" >"$WORK/verdicts" ||
    fail "the schema is wrong"
  while read -r name verdict; do
    status=0
    "$@" "$WORK/examples/$name.yaml" >"$WORK/out" 2>"$WORK/error" || status=$?
    case $verdict in
    good) expect "exit status for $name: $(cat "$WORK/error")" $status 0 ;;
    bad) expect "exit status for $name" $status 1 ;;
    esac
    count=$((count + 1))
  done <"$WORK/verdicts"
  [ $count -ge "$least" ] || fail "only $count examples"
  echo "$count examples"
}
