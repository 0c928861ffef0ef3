#!/usr/bin/env bash
# `recipe check` and `bundle create` name line and key of every mistake of a recipe; the recipes
# that come with the project have none; a plain list of a real release becomes a recipe.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

for recipe in "$ROOT"/bundle-store/recipes/*.yaml; do
  "$AIRGAP" --quiet recipe check "$recipe"
done

cat >"$WORK/bad.yaml" <<'YAML'
name: t
version: "1"
imagse: [busybox]
platforms: [linux]
images:
  - UPPER/case
  - {reference: busybox, sparze: true}
assets:
  - path: ../etc/passwd
    file: x
YAML
expected='3: unknown key .imagse.; do you mean .images.?
4: platforms: .linux
6: images: .*UPPER/case
7: images: unknown key .sparze.; do you mean .sparse.?
9: assets: .*\.\./etc/passwd'
refuses() {
  local wanted=$1 status=0 line
  shift
  "$@" >"$WORK/out.json" 2>"$WORK/err" || status=$?
  expect "$*" $status "$wanted"
  while read -r line; do
    grep -q "bad.yaml: line $line" "$WORK/err" || fail "no 'line $line' in: $(cat "$WORK/err")"
  done <<<"$expected"
  expect "mistakes" "$(wc -l <"$WORK/err")" 5
}
refuses 1 "$AIRGAP" recipe check "$WORK/bad.yaml" --output json
expect "mistakes in JSON" "$(json "$WORK/out.json" 'len(v["mistakes"])')" 5
refuses 2 "$AIRGAP" bundle create --recipe "$WORK/bad.yaml" --file "$WORK/b.tar"

status=0
printf 'a: [b\n' >"$WORK/bad.yaml"
"$AIRGAP" recipe check "$WORK/bad.yaml" 2>"$WORK/err" || status=$?
expect "what is no YAML" $status 1
grep -q 'bad.yaml: line [0-9]' "$WORK/err" || fail "$(cat "$WORK/err")"

sed '1,/^images:/d; s/^  - //' "$ROOT/bundle-store/recipes/cozystack-v1.6.2.yaml" >"$WORK/list"
"$AIRGAP" recipe from-list "$WORK/list" --name c --version v1.6.2 --file "$WORK/made.yaml"
"$AIRGAP" recipe check "$WORK/made.yaml" | finds ': c v1.6.2, 229 images, 0 assets' ||
  fail "$("$AIRGAP" recipe check "$WORK/made.yaml")"
