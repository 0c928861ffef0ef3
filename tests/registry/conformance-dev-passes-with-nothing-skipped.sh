#!/usr/bin/env bash
# The OCI distribution conformance suite, version dev, reading and writing over HTTPS.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

start_push_serve
conformance dev OCI_VERSION=dev OCI_API_BLOBS_UPLOAD_CANCEL=true \
  OCI_USERNAME="$PUSH_USER" OCI_PASSWORD="$PUSH_PASSWORD"
! finds -E 'disabled|skipped' <<<"$CONFORMANCE" || fail "not everything was tested"
