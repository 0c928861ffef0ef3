#!/usr/bin/env bash
# A bundle is served, never changed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
repository=/v2/docker.io/library/busybox
expect_oci_error 405 UNSUPPORTED $repository/blobs/uploads/ -X POST
expect_oci_error 405 UNSUPPORTED $repository/manifests/1 -X PUT -d '{}'
expect_oci_error 405 UNSUPPORTED $repository/manifests/1.37.0 -X DELETE
expect "still there" "$(status_of $repository/manifests/1.37.0)" 200
