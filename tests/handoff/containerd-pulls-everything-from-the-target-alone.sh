#!/usr/bin/env bash
# timeout: 300
# After a push a real containerd, with the hosts.toml that is rendered for the registry and nothing
# else to reach, pulls every reference of the bundle from there: the appliance is not needed any
# more.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../containerd.sh"
. "$(dirname "$0")/fixture.bash"
alone_on_the_network
start_target without-login
push_to_target --quiet
start_containerd
"$AIRGAP" mirrors render --quiet --containerd --prefixed --bundle "$DEMO" --endpoint "$TARGET" \
  --ca "$TARGET_CA" --dir "$WORK/hosts"
! grep -r -E "insecure|skip_verify|http:|https://[a-z]" "$WORK/hosts" || fail "that leads elsewhere"
pull_every_reference
run_in_image ghcr.io/cozystack/demo/debian:13 /bin/bash -c 'ls /' | finds -x etc ||
  fail "the Debian image does not run"
