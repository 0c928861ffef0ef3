#!/usr/bin/env bash
# Images pulled from a real registry give the bundle that the same layout gives: signatures and
# referrers are found, an index named by digest comes whole, one named by a tag as linux/amd64.
# What the registry lacks is listed, all of it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
DEMO=$WORK/b.tar # what `references` reads

"$ROOT/tests/bundle/make-layout" fallback "$WORK/layout"
start_docker_registry
"$ROOT/tests/demo/push.py" "127.0.0.1:$port" "$WORK/layout"

create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" \
    --mirror "ghcr.io=http://127.0.0.1:$port" "$@"
}
named() {
  json "$WORK/layout/index.json" "[m['digest'] for m in v['manifests']
    if m['annotations']['org.opencontainers.image.ref.name'] == 'ghcr.io/org/$1'][0]"
}
app=$(named app:v1)
multi=$(named multi:v1)

create --image ghcr.io/org/app:v1 --image "ghcr.io/org/multi:v1@$multi" \
  --image ghcr.io/org/docker:v1
"$AIRGAP" bundle verify --quiet "$WORK/b.tar"
references >"$WORK/references"
for line in "ghcr.io/org/app:v1 $app" "ghcr.io/org/app:sha256-${app#sha256:}.sig " \
  "ghcr.io/org/app@sha256:" "ghcr.io/org/multi:v1 $multi" \
  "ghcr.io/org/docker:v1 $(named docker:v1)"; do
  grep -qF "$line" "$WORK/references" || fail "no '$line' in: $(cat "$WORK/references")"
done
expect "references" "$(wc -l <"$WORK/references")" 5
# The same as from a layout that lists the referrer.
"$ROOT/tests/bundle/make-layout" full "$WORK/full"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/full" --file "$WORK/f.tar"
cmp "$WORK/b.tar" "$WORK/f.tar"

create --image ghcr.io/org/multi:v1
references | finds '^ghcr.io/org/multi:v1 .*image.manifest' || fail "$(references)"
create --image ghcr.io/org/multi:v1 --platform linux/amd64 --platform linux/arm64
references | finds "^ghcr.io/org/multi:v1 $multi" || fail "$(references)"

rm "$WORK/b.tar"
status=0
create --image ghcr.io/org/app:v9 --image ghcr.io/org/none:v1 --image ghcr.io/org/app:v1 \
  2>"$WORK/err" || status=$?
expect "with absent images" $status 3
expect "missing" "$(grep -c '^cozy-airgap: missing: ' "$WORK/err")" 2
[ ! -e "$WORK/b.tar" ] || fail "a bundle was left"
status=0
create --image "ghcr.io/org/app:v1@$multi" 2>"$WORK/err" || status=$?
expect "a tag that is not its digest" $status 1
