#!/usr/bin/env bash
# timeout: 500
# A site partition with a flipped bit, and one whose text has a mistake: the appliance serves with
# defaults, nobody can push, and console and status say what is wrong.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"

# change_site WHAT: flip changes a byte of the text; mistake misspells a key, with the right digest.
change_site() {
  python3 - "$WORK/site.iso" "$1" <<'PYTHON'
import hashlib, sys
with open(sys.argv[1], "r+b") as image:
    image.seek(0)
    at = 0
    while image.read(16) != b"cozy-airgap-site":
        at += 1 << 20
        image.seek(at)
    image.seek(at)
    header = bytearray(image.read(512))
    size = int.from_bytes(header[24:32], "little")
    text = image.read(size)
    if sys.argv[2] == "flip":
        text = bytes([text[0] ^ 1]) + text[1:]
    else:
        text = text.replace(b"hostNames", b"hostnames")
        header[32:64] = hashlib.sha256(text).digest()
    image.seek(at)
    image.write(header + text)
PYTHON
}

# boot_with WHAT PROBLEM: such a site file, and what must be said about it.
boot_with() {
  make_site_image "name: Rack 7" "hostNames: [seed.example.org]"
  change_site "$1"
  rm -f "$WORK/ca.pem"
  boot --bios --usb "$WORK/site.iso"
  wait_for "$BOOT_LIMIT_S" "a problem" status_has \
    "any('$2' in problem for problem in v['problems'])"
  the_appliance_is_whole
  status_has 'v["siteName"] == "" and v["notices"] == []' || fail "part of it is used"
  wait_for 30 "the problem on the console" console_shows "$2"
  wait_for 30 "what that means on the console" console_shows "runs with defaults"
  expect "a push" "$(curl -s -m 10 --cacert "$WORK/ca.pem" -o "$WORK/body" -w '%{http_code}' \
    -X POST "https://localhost:$PORT_REGISTRY/v2/site.example/app/blobs/uploads/")" 405
  kill "$LAST_PID"
}

boot_with flip "is damaged"
boot_with mistake "line 2: hostnames: unknown key"
