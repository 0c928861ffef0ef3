#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
none=sha256:$(printf '%064d' 7)
repository=/v2/docker.io/library/busybox
expect_oci_error 404 MANIFEST_UNKNOWN $repository/manifests/no-such-tag
expect_oci_error 404 MANIFEST_UNKNOWN "$repository/manifests/$none"
expect_oci_error 404 BLOB_UNKNOWN "$repository/blobs/$none"
expect_oci_error 404 NAME_UNKNOWN /v2/docker.io/library/nothing/manifests/1
expect_oci_error 404 NAME_UNKNOWN /v2/nothing.example/demo/manifests/1
expect_oci_error 404 NAME_UNKNOWN /v2/docker.io/library/nothing/tags/list
expect "HEAD" "$(status_of $repository/manifests/no-such-tag --head)" 404
