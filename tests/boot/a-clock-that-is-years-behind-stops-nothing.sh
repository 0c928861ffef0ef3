#!/usr/bin/env bash
# timeout: 300
# waits
# A machine whose battery died believes that it is 1990: it serves, to clients with the right time
# as well, with the latest time that is certain, and says on the console and in the status what was
# wrong; until the site's time server answers, which knows better.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
alone_on_the_network

cat >"$WORK/site.yaml" <<YAML
network:
  ntp: [10.0.2.2]
YAML
"$AIRGAP" image build --quiet --base "$APPLIANCE_ISO" --site "$WORK/site.yaml" \
  --file "$WORK/site.iso"
boot_with_shell --clock 1990-01-31 "$WORK/site.iso"
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
is_right() { local behind; behind=$(seconds_behind) && [ "${behind#-}" -le 5 ]; }
wait_for 120 "the right time" is_right
wait_for 30 "a status without problems" status_has 'v["problems"] == []'
