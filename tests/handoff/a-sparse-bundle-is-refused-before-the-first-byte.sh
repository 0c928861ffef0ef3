#!/usr/bin/env bash
# A bundle with an image index some of whose children it leaves out is not pushed to a registry that
# refuses such an index: it is asked first, with an index of nothing.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
"$ROOT/tests/bundle/make-layout" fallback "$WORK/layout"
start_docker_registry
"$ROOT/tests/demo/push.py" "127.0.0.1:$port" "$WORK/layout"
multi=$(json "$WORK/layout/index.json" "[m['digest'] for m in v['manifests']
  if m['annotations']['org.opencontainers.image.ref.name'] == 'ghcr.io/org/multi:v1'][0]")
"$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/b.tar" --sparse \
  --platform linux/arm64 --mirror "ghcr.io=http://127.0.0.1:$port" \
  --image "ghcr.io/org/multi:v1@$multi"
kill "$LAST_PID"
wait "$LAST_PID" || true
rm -rf "$WORK/storage"
start_target with-login
status=0
BUNDLE=$WORK/b.tar push_to_target --quiet 2>"$WORK/error" || status=$?
expect "a sparse bundle" "$status" 3
finds -F "this registry refuses an index with holes" <"$WORK/error" || fail "$(cat "$WORK/error")"
[ -z "$(find "$WORK/storage" -path '*/_layers/*' -type f)" ] || fail "something was pushed"
