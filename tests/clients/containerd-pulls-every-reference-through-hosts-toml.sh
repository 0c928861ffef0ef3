#!/usr/bin/env bash
# timeout: 300
# A real containerd, with a mirror for each upstream in hosts.toml and no other network.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../containerd.sh"
alone_on_the_network
start_serve "$DEMO"
start_containerd
write_hosts_toml "$URL" "$CA"
pull_every_reference
run_in_image ghcr.io/cozystack/demo/debian:13 /bin/bash -c 'ls /' | finds -x etc ||
  fail "the Debian image does not run"
run_in_image docker.io/library/busybox:1.37.0 /bin/busybox true ||
  fail "the BusyBox image does not run"
