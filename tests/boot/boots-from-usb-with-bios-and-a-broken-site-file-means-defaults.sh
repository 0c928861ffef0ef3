#!/usr/bin/env bash
# one-of: bios-cd-or-usb
# timeout: 300
# From USB under BIOS, on a machine without a screen, with a site partition whose text has a
# mistake: the appliance serves with defaults, nobody can push, and console and status say what is
# wrong.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"

make_site_image "name: Rack 7" "hostNames: [seed.example.org]"
# What image build refuses to write: a misspelt key, with the right digest.
python3 - "$WORK/site.iso" <<'PYTHON'
import hashlib, sys
with open(sys.argv[1], "r+b") as image:
    at = 0
    while image.read(16) != b"cozy-airgap-site":
        at += 1 << 20
        image.seek(at)
    image.seek(at)
    header = bytearray(image.read(512))
    text = image.read(int.from_bytes(header[24:32], "little")).replace(b"hostNames", b"hostnames")
    header[32:64] = hashlib.sha256(text).digest()
    image.seek(at)
    image.write(header + text)
PYTHON
boot --bios --usb --no-screen "$WORK/site.iso"
problem="line 2: hostnames: unknown key"
wait_for "$BOOT_LIMIT_S" "a problem" status_has \
  "any('$problem' in problem for problem in v['problems'])"
the_appliance_is_whole
status_has 'v["siteName"] == "" and v["notices"] == []' || fail "part of it is used"
wait_for 30 "the problem on the console" console_shows "$problem"
wait_for 30 "what that means on the console" console_shows "runs with defaults"
expect "a push" "$(curl -s -m 10 --cacert "$WORK/ca.pem" -o "$WORK/body" -w '%{http_code}' \
  -X POST "https://localhost:$PORT_REGISTRY/v2/site.example/app/blobs/uploads/")" 405
