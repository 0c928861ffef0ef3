#!/usr/bin/env bash
# `site check`: each mistake with file, line and key; --output json has the same; exit status 1. A
# password that `login hash` printed is taken.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need_file "$AIRGAP" "make programs"

hash=$(echo shift-of-six-machines | "$AIRGAP" login hash)
cat >"$WORK/site.yaml" <<YAML
name: Rack 7
hostNames: [seed.example.org]
push:
  users:
    - name: night
      password: $hash
YAML
expect "of a good file" "$("$AIRGAP" site check "$WORK/site.yaml")" "$WORK/site.yaml is fine"
"$AIRGAP" site check --output json "$WORK/site.yaml" >"$WORK/out"
expect "of a good file in JSON" "$(json "$WORK/out" '[v["ok"], v["mistakes"]]')" '[true, []]'

sed -i -e 's/^hostNames/hostname/' -e 's/password:.*/password: secret/' "$WORK/site.yaml"
status=0
"$AIRGAP" site check "$WORK/site.yaml" >"$WORK/out" 2>"$WORK/error" || status=$?
expect "exit status" $status 1
expect "what is said" "$(cat "$WORK/error")" "cozy-airgap: $WORK/site.yaml: line 2: hostname: \
unknown key; the nearest known one is hostNames
cozy-airgap: $WORK/site.yaml: line 6: push.users[0].password: must be what \
'cozy-airgap login hash' prints, not a password"
expect "on standard output" "$(cat "$WORK/out")" ""
"$AIRGAP" site check --output json "$WORK/site.yaml" >"$WORK/out" 2>/dev/null || true
expect "in JSON" "$(json "$WORK/out" '[v["ok"], [(m["line"], m["key"]) for m in v["mistakes"]]]')" \
  '[false, [[2, "hostname"], [6, "push.users[0].password"]]]'

printf 'name: "a\n' >"$WORK/site.yaml"
status=0
"$AIRGAP" site check "$WORK/site.yaml" 2>"$WORK/error" || status=$?
expect "exit status for what is no YAML" $status 1
finds -E 'line [0-9]+: ' <"$WORK/error" || fail "no line: $(cat "$WORK/error")"
status=0
"$AIRGAP" site check "$WORK/none.yaml" 2>"$WORK/error" || status=$?
expect "exit status for a file that is not there" $status 3
status=0
echo short | "$AIRGAP" login hash >"$WORK/out" 2>"$WORK/error" || status=$?
expect "exit status for a short password" $status 2
