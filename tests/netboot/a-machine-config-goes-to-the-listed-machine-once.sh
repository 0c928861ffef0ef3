#!/usr/bin/env bash
# A machine with a machine config in the operator's folder is told by its script where that is,
# with a token and the CA to trust; only over HTTPS and with the token does anybody get it. From
# then on the machine boots from its disk, until somebody resets it; a machine without a config does
# so from the start.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need zstd base64
for name in vmlinuz initramfs; do echo "$name" >"$WORK/$name"; done
echo "talos.platform=metal console=tty0" >"$WORK/arguments"
"$AIRGAP" bundle create --quiet --name t --version 1 --asset "boot/vmlinuz=$WORK/vmlinuz" \
  --asset "boot/initramfs=$WORK/initramfs" --asset "boot/cmdline-metal-amd64=$WORK/arguments" \
  --file "$WORK/t.tar"
mkdir "$WORK/configs"
printf 'machine:\n  token: a-secret\n' >"$WORK/configs/52-54-00-00-00-01.yaml"
http=$(free_port)
start_serve "$WORK/t.tar" --http "127.0.0.1:$http" --netboot --machine-configs "$WORK/configs"
script() { curl -sf "http://127.0.0.1:$http/ipxe?mac=$1" -o "$WORK/script"; }

script 52-54-00-00-00-02
grep -q "no machine config for the machine 52:54:00:00:00:02" "$WORK/script" ||
  fail "$(cat "$WORK/script")"
script 52-54-00-00-00-01
grep -q "^kernel /boot/vmlinuz .*talos.platform=metal console=tty0 " "$WORK/script" ||
  fail "$(cat "$WORK/script")"
[ "$(grep ^kernel "$WORK/script" | wc -c)" -lt 2048 ] || fail "Linux cuts such a command line"
early=$(sed -n 's/.*talos.config.early=\([^ ]*\).*/\1/p' "$WORK/script")
base64 -d <<<"$early" | zstd -d >"$WORK/early.yaml"
python3 - "$WORK/early.yaml" "$CA" <<'PYTHON'
import sys, yaml
document = yaml.safe_load(open(sys.argv[1]))
assert document["apiVersion"] == "v1alpha1" and document["kind"] == "TrustedRootsConfig"
assert document["certificates"].strip() == open(sys.argv[2]).read().strip()
PYTHON
url=$(sed -n 's/.*talos.config=\([^ ]*\).*/\1/p' "$WORK/script")
[[ $url == https://127.0.0.1:$PORT/* ]] || fail "the config is at $url"
path=${url#"https://127.0.0.1:$PORT"}

expect "over HTTP" "$(curl -s -o "$WORK/body" -w '%{http_code}' "http://127.0.0.1:$http$path")" 403
expect "with another token" "$(status_of "${path%?}")" 403
expect "without any" "$(status_of "${path%%\?*}")" 403
! grep -q a-secret "$WORK/body" || fail "the secret went out"
script 52-54-00-00-00-01
grep -q "^kernel" "$WORK/script" || fail "whoever asked in vain counts"
# Talos tries again when a connection breaks.
for _ in 1 2; do
  expect "with the token" "$(status_of "$path")" 200
  cmp "$WORK/body" "$WORK/configs/52-54-00-00-00-01.yaml"
done
get /api/v1/status -o "$WORK/status.json"
step=$(json "$WORK/status.json" \
  '[n["step"] for n in v["nodes"] if n["mac"].endswith("01")][0]')
expect "the status" "$step" config

script 52-54-00-00-00-01
grep -q "reset it to install it again" "$WORK/script" || fail "$(cat "$WORK/script")"
stop_serve
start_serve "$WORK/t.tar" --http "127.0.0.1:$http" --netboot --machine-configs "$WORK/configs"
script 52-54-00-00-00-01
grep -q "reset it to install it again" "$WORK/script" || fail "it is forgotten"
rm "$WORK/state/configured/52-54-00-00-00-01"
script 52-54-00-00-00-01
grep -q "^kernel" "$WORK/script" || fail "it does not start over"
expect "an old token" "$(status_of "$path")" 403
stop_serve

status=0
"$AIRGAP" serve --bundle "$WORK/t.tar" --state "$WORK/state" --listen 127.0.0.1:0 \
  --http 127.0.0.1:0 --netboot --machine-configs "$WORK/none" 2>"$WORK/error" || status=$?
expect "a folder that is none" "$status" 3
grep -q "none is no folder" "$WORK/error" || fail "$(cat "$WORK/error")"
