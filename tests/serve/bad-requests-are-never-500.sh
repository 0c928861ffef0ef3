#!/usr/bin/env bash
# Each bad request gets an answer of the 400s, and the next request is served.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
python3 "$ROOT/tests/serve/bad_requests.py" "$PORT" "$CA"
kill -0 "$LAST_PID" || fail "the server died"
