#!/usr/bin/env bash
# timeout: 300
# Whoever stands at the machine sets its clock and its address by keys, reads the CA's fingerprint
# as a QR code, and lets the site file of a volume count that nobody signed; until then people are
# only told about it.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need mkfs.vfat mcopy zbarimg openssl
hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
printf 'name: Rack 7\npush: {users: [{name: %s, password: "%s"}]}\n' "$PUSH_USER" "$hash" \
  >"$WORK/site.yaml"
make_volume "$WORK/site.img" AIRGAP-SITE 16 "$WORK/site.yaml"

boot_with_shell --clock 1990-01-31 "$APPLIANCE_ISO"
wait_until_it_serves
wait_for 60 "the clock in the status" status_has "any('the clock said' in p for p in v['problems'])"
wait_for 60 "the keys on the screen" screen_shows "Keys:"

press c
wait_for 20 "a question" screen_shows "What time is it"
type_on_screen "2030-02-03 04:05"
wait_for 20 "the answer" screen_shows "The clock is set"
press ret
clock_is_set() { in_guest "date -u +%Y-%m-%d" | finds -x 2030-02-03; }
wait_for 30 "the time" clock_is_set
wait_for 30 "a status without problems" status_has 'v["problems"] == []'

# As somebody reads it with a phone.
press q
wait_for 20 "the fingerprint as a picture" screen_shows "SHA-256 of the CA"
monitor "screendump $WORK/screen.ppm"
fingerprint=$(openssl x509 -in "$WORK/ca.pem" -outform der | sha256sum | cut -d ' ' -f 1)
expect "the QR code" "$(zbarimg --quiet --raw "$WORK/screen.ppm")" "${fingerprint^^}"
press ret

press a
wait_for 20 "a question" screen_shows "Which adapter"
type_on_screen 1
wait_for 20 "another" screen_shows "Its address"
type_on_screen 10.0.2.15
wait_for 20 "what is wrong with it" screen_shows "That does not do"
# The first one is where QEMU sends what comes for the machine.
type_on_screen "10.0.2.15/24 10.0.2.77/24"
wait_for 20 "another" screen_shows "router"
type_on_screen 10.0.2.2
wait_for 20 "another" screen_shows "DNS"
type_on_screen none
wait_for 20 "the answer" screen_shows "The network starts again"
press ret
wait_for 60 "the new address in the status" status_has "'10.0.2.77' in v['addresses']"
expect "DHCP clients" "$(in_guest "pidof udhcpc || true")" ""

plug "$WORK/site.img" site
wait_for 60 "why it is not used" status_has \
  "any('press s at the console' in problem for problem in v['problems'])"
status_has 'v["siteName"] == ""' || fail "a site file counts that nobody signed"
press s
wait_for 20 "what it says" screen_shows "Rack 7"
screen_shows "$PUSH_USER" || fail "the users who may push are not shown"
type_on_screen yes
wait_for 60 "the site's name" status_has 'v["siteName"] == "Rack 7"'
wait_until_it_takes_pushes
status_has 'v["problems"] == []' || fail "$(cat "$WORK/status.json")"
