#!/usr/bin/env bash
# Asset paths are plain relative paths outside the server's own; anything else is a usage error.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

echo kernel >"$WORK/kernel"
create() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" "$@"
}
for path in /boot/x ../x a/../../x a//b 'a b' 'a%2e' v2/x api/x healthz metrics ca.pem ''; do
  status=0
  create --asset "$path=$WORK/kernel" 2>"$WORK/err" || status=$?
  expect "--asset '$path'" $status 2
  [ ! -e "$WORK/b.tar" ] || fail "'$path' made a bundle"
done
status=0
create --asset "boot/x=$WORK/absent" 2>"$WORK/err" || status=$?
expect "a file that is not there" $status 3
create --asset "image/A~1/v1.8.0+x/metal@amd64.raw.xz=$WORK/kernel"
"$AIRGAP" --output json bundle inspect "$WORK/b.tar" >"$WORK/inspect.json"
expect "path" "$(json "$WORK/inspect.json" 'v["bundles"][0]["assets"][0]["path"]')" \
  "image/A~1/v1.8.0+x/metal@amd64.raw.xz"
expect "size" "$(json "$WORK/inspect.json" 'v["bundles"][0]["assets"][0]["bytes"]')" 7
