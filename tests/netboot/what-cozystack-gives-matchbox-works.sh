#!/usr/bin/env bash
# The groups and profiles that Cozystack ships for matchbox work as they are. With groups for some
# machines any other is left to its disk; a file with a mistake is refused, and a new one counts
# after SIGHUP, if it is right.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
for name in kernel-amd64 initramfs-metal-amd64.xz; do echo "$name" >"$WORK/$name"; done
"$AIRGAP" bundle create --quiet --name t --version 1 \
  --asset "boot/kernel-amd64=$WORK/kernel-amd64" \
  --asset "boot/initramfs-metal-amd64.xz=$WORK/initramfs-metal-amd64.xz" --file "$WORK/t.tar"
mkdir -p "$WORK/matchbox/groups" "$WORK/matchbox/profiles"
cat >"$WORK/matchbox/groups/default.json" <<'JSON'
{"id": "default", "name": "default", "profile": "default"}
JSON
cat >"$WORK/matchbox/profiles/default.json" <<'JSON'
{
  "id": "default",
  "name": "default",
  "boot": {
    "kernel": "/assets/vmlinuz",
    "initrd": ["/assets/initramfs.xz"],
    "args": ["initrd=initramfs.xz", "init_on_alloc=1", "slab_nomerge", "pti=on", "console=tty0",
             "console=ttyS0", "printk.devkmsg=on", "talos.platform=metal"]
  }
}
JSON
http=$(free_port)
start_serve "$WORK/t.tar" --http "127.0.0.1:$http" --netboot --matchbox "$WORK/matchbox"
server=$LAST_PID
script() { curl -sf "http://127.0.0.1:$http/ipxe?$1" -o "$WORK/script"; }

curl -sf "http://127.0.0.1:$http/boot.ipxe" | finds '^chain .* ipxe?mac=' || fail "no first script"
script "mac=52-54-00-00-00-01"
grep -qF "kernel /assets/vmlinuz initrd=initramfs.xz init_on_alloc=1 slab_nomerge pti=on" \
  "$WORK/script" || fail "$(cat "$WORK/script")"
for name in vmlinuz=kernel-amd64 initramfs.xz=initramfs-metal-amd64.xz; do
  curl -sf "http://127.0.0.1:$http/assets/${name%=*}" -o "$WORK/got"
  cmp "$WORK/got" "$WORK/${name#*=}"
done

cat >"$WORK/matchbox/groups/default.json" <<'JSON'
{"id": "first", "profile": "default", "selector": {"mac": "52:54:00:00:00:01"}}
JSON
kill -HUP "$server"
is_left() { script "mac=52-54-00-00-00-02" && grep -q "boots from its disk" "$WORK/script"; }
wait_for 10 "that the second machine is left to its disk" is_left
script "mac=52-54-00-00-00-01"
grep -q "^kernel /assets/vmlinuz" "$WORK/script" || fail "the first one is as well"

echo '{"id": "first", "profile": "gone"}' >"$WORK/matchbox/groups/default.json"
kill -HUP "$server"
wait_for 10 "what is wrong" grep -q "profile gone, which is not there" "$WORK/serve.log"
script "mac=52-54-00-00-00-01"
grep -q "^kernel /assets/vmlinuz" "$WORK/script" || fail "what was right is forgotten"
# refuses STATUS ARGUMENT...
refuses() {
  local status=0
  "$AIRGAP" serve --bundle "$WORK/t.tar" --state "$WORK/other" --listen 127.0.0.1:0 --netboot \
    "${@:2}" >"$WORK/out" 2>&1 || status=$?
  expect "serve with ${*:2}" "$status" "$1"
}
refuses 3 --http 127.0.0.1:0 --matchbox "$WORK/matchbox"
refuses 2
grep -q "needs --http" "$WORK/out" || fail "$(cat "$WORK/out")"
rm "$WORK"/matchbox/groups/*
refuses 2 --http 127.0.0.1:0 --matchbox "$WORK/matchbox"
grep -q "has no group" "$WORK/out" || fail "$(cat "$WORK/out")"
