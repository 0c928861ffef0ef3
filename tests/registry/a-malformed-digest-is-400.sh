#!/usr/bin/env bash
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
start_serve "$DEMO"
repository=/v2/docker.io/library/busybox
for digest in sha256:abc sha256: "sha256:$(printf '%063dZ' 0)" "sha256:$(printf '%065d' 0)" \
  "SHA256:$(printf '%064d' 0)" "sha256:$(printf 'A%063d' 0)"; do
  expect_oci_error 400 DIGEST_INVALID "$repository/blobs/$digest"
  expect_oci_error 400 DIGEST_INVALID "$repository/manifests/$digest"
done
expect_oci_error 400 NAME_INVALID /v2/docker.io/Library/busybox/manifests/1
