#!/usr/bin/env bash
# An image that its layout calls by a bare tag, or not at all, is refused with the way to name it,
# and that way works.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
DEMO=$WORK/b.tar # what `references` reads

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" --from "$1"
}

"$ROOT/tests/bundle/make-layout" one "$WORK/layout" v1
status=0
create "oci:$WORK/layout" 2>"$WORK/err" || status=$?
expect "exit status" $status 2
grep -q -- "--from oci:$WORK/layout=HOST/REPOSITORY" "$WORK/err" || fail "$(cat "$WORK/err")"
[ ! -e "$WORK/b.tar" ] || fail "a bundle was left"

create "oci:$WORK/layout=quay.io/org/app"
expect "with a repository" "$(references | cut -d ' ' -f 1)" quay.io/org/app:v1
create "oci:$WORK/layout=quay.io/org/app:other"
expect "with a tag" "$(references | cut -d ' ' -f 1)" quay.io/org/app:other
status=0
create "oci:$WORK/layout=app:other" 2>"$WORK/err" || status=$?
expect "with a short name" $status 2
