#!/usr/bin/env bash
# timeout: 400
# one-of: network-or-console
# A machine whose battery died believes that it is 1990: it serves, to clients with the right time
# as well, with the latest time that is certain, and says what was wrong. Whoever stands at it lets
# the site file of a volume count that nobody signed, sets clock and address by keys, and reads the
# CA's fingerprint as a QR code; with the password of the site file there is a root shell. The
# site's time server, once it answers, knows better.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
need mkfs.vfat mcopy zbarimg openssl
alone_on_the_network

hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
cat >"$WORK/site.yaml" <<YAML
name: Rack 7
push: {users: [{name: $PUSH_USER, password: "$hash"}]}
console: {password: "$hash"}
network: {ntp: [10.0.2.2]}
YAML
make_volume "$WORK/site.img" AIRGAP-SITE 16 "$WORK/site.yaml"

boot_with_shell --clock 1990-01-31 "$APPLIANCE_ISO"
the_appliance_is_whole
said="the clock said 1990-01-31T"
wait_for 60 "the clock in the status" status_has \
  "any('$said' in problem for problem in v['problems'])"
wait_for 30 "the clock on the console" console_shows "$said"
# seconds_behind: how much later it is here than the appliance says.
seconds_behind() {
  local date
  ask "$PORT_REGISTRY" /healthz -D "$WORK/headers" -o "$WORK/body"
  date=$(header date "$WORK/headers")
  echo $(($(date +%s) - $(date -d "$date" +%s)))
}
made=$(sed -n 's/.*kMadeUnixSeconds = \([0-9]*\);/\1/p' "$ROOT/bundle-store/base/version.h")
[ "$(seconds_behind)" -le $(($(date +%s) - made)) ] || fail "it is before this version was made"

press l
wait_for 60 "that nobody logs in" screen_shows "Nobody logs in here"
press ret

plug "$WORK/site.img" site
wait_for 60 "why it is not used" status_has \
  "any('press s at the console' in problem for problem in v['problems'])"
status_has 'v["siteName"] == ""' || fail "a site file counts that nobody signed"
press s
wait_for 60 "what it says" screen_shows "Rack 7"
screen_shows "$PUSH_USER" || fail "the users who may push are not shown"
screen_shows "for whoever knows its password" || fail "the password of the shell is not shown"
type_on_screen yes
wait_for 60 "the site's name" status_has 'v["siteName"] == "Rack 7"'
press ret
wait_until_it_takes_pushes

wait_for 60 "the keys on the screen" screen_shows "Keys:"
press l
wait_for 60 "a question" screen_shows "Type shell"
type_on_screen shell
wait_for 60 "a question for the password" screen_shows "password"
type_on_screen guess-of-mine
wait_for 60 "that it is wrong" screen_shows "That is not it"
type_on_screen "$PUSH_PASSWORD"
# The prompt: what is typed before it is dropped.
wait_for 60 "a shell" screen_shows "without a word#"
type_on_screen "touch /run/by-the-shell"
wait_for 60 "what was typed" in_guest "ls /run/by-the-shell"
type_on_screen exit

wait_for 60 "the keys on the screen" screen_shows "Keys:"
press c
wait_for 60 "a question" screen_shows "What time is it"
type_on_screen "2030-02-03 04:05"
wait_for 60 "the answer" screen_shows "The clock is set"
press ret
clock_is_set() { in_guest "date -u +%Y-%m-%d" | finds -x 2030-02-03; }
wait_for 30 "the time" clock_is_set

# As somebody reads it with a phone.
press q
wait_for 60 "the fingerprint as a picture" screen_shows "SHA-256 of the CA"
monitor "screendump $WORK/screen.ppm"
fingerprint=$(openssl x509 -in "$WORK/ca.pem" -outform der | sha256sum | cut -d ' ' -f 1)
expect "the QR code" "$(zbarimg --quiet --raw "$WORK/screen.ppm")" "${fingerprint^^}"
press ret

python3 - >"$WORK/ntp.log" 2>&1 <<'PYTHON' &
# RFC 5905, 7.3: what a server of stratum 1 with the right time answers.
import socket, struct, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 123))
def stamp():
    now = time.time()
    return struct.pack("!II", int(now) + 2208988800, int(now % 1 * 2**32))
while True:
    request, client = server.recvfrom(512)
    server.sendto(struct.pack("!BBBb4x4x4s", 0x24, 1, 6, -20, b"TEST") + stamp() + request[40:48] +
                  stamp() + stamp(), client)
PYTHON
PIDS+=($!)

press a
wait_for 60 "a question" screen_shows "Which adapter"
type_on_screen 1
wait_for 60 "another" screen_shows "Its address"
type_on_screen 10.0.2.15
wait_for 60 "what is wrong with it" screen_shows "That does not do"
# The first one is where QEMU sends what comes for the machine.
type_on_screen "10.0.2.15/24 10.0.2.77/24"
wait_for 60 "another" screen_shows "router"
type_on_screen 10.0.2.2
wait_for 60 "another" screen_shows "DNS"
type_on_screen none
wait_for 60 "the answer" screen_shows "The network starts again"
press ret
wait_for 60 "the new address in the status" status_has "'10.0.2.77' in v['addresses']"
expect "DHCP clients" "$(in_guest "pidof udhcpc || true")" ""

is_right() { local behind; behind=$(seconds_behind) && [ "${behind#-}" -le 5 ]; }
wait_for 120 "the right time" is_right
wait_for 30 "a status without problems" status_has 'v["problems"] == []'
