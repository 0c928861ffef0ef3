#!/usr/bin/env bash
# timeout: 400
# one-of: registry-pushes-in-the-appliance
# The OCI conformance suite against the appliance, where the kernel encrypts: its counters move and
# everything passes.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"

MEMORY_MIB=1024
make_site_image "name: conformance"
boot_with_shell "$WORK/site.iso"
wait_until_it_serves
wait_until_it_takes_pushes
count() { in_guest "awk '/TlsTxSw |TlsTxDevice /{n += \$2} END {print n}' /proc/net/tls_stat"; }
kernel_encrypts() {
  local before after
  before=$(count)
  asks_for_a_login
  after=$(count)
  [ "$after" -gt "$before" ]
}
wait_for 60 "a connection that the kernel encrypts" kernel_encrypts
before=$(count)
for version in 1.1 dev; do
  conformance "appliance-$version" OCI_VERSION=$version OCI_API_BLOBS_UPLOAD_CANCEL=true \
    OCI_USERNAME="$PUSH_USER" OCI_PASSWORD="$PUSH_PASSWORD"
  ! finds -E 'disabled|skipped' <<<"$CONFORMANCE" || fail "not everything was tested"
done
echo "connections that the kernel encrypted: $(($(count) - before))"
[ "$(count)" -gt "$before" ] || fail "the kernel encrypted none of the suite's connections"
