#!/usr/bin/env bash
# A service with --bundle-keys serves what one of the keys signed. It says of any other bundle that
# and why it is not served, follows the file of keys when it comes, and serves nothing when that
# file is damaged.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../tftp/fixture.bash"
need curl openssl python3

cd "$WORK"
for name in ours theirs; do
  openssl genpkey -algorithm ed25519 -out $name.key
  openssl pkey -in $name.key -pubout -out $name.pub
  head -c 5000 /dev/urandom >$name
  "$AIRGAP" bundle create --quiet --name $name --version 1 --asset "boot/$name=$name" \
    --file $name.tar
done
"$AIRGAP" bundle sign --quiet --key ours.key ours.tar
printf '%s\n' "$WORK/ours.tar" "$WORK/theirs.tar" >list
python3 - events.sock snapshot <<'END' &
import os, socket, sys
box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
box.bind(sys.argv[1])
while True:
    with open(sys.argv[2] + ".new", "wb") as out:
        out.write(box.recv(1 << 20))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
END
PIDS+=($!)
TFTP_PORT=$(free_port)
background tftpd "$ROOT/build/bin/tftpd" --listen "127.0.0.1:$TFTP_PORT" --bundle-list list \
  --bundle-keys keys --events events.sock
fetch() { curl -sS --max-time 5 -o got "tftp://127.0.0.1:$TFTP_PORT/boot/$1" 2>error; }
no_fetch() { ! fetch "$1"; }
says() { finds -F "$1" <snapshot; }

wait_for 10 "a bundle, without a file of keys" fetch theirs
cat theirs.pub ours.pub >both
cp ours.pub keys
wait_for 10 "the bundle of another key to go" no_fetch theirs
fetch ours
cmp got ours
wait_for 10 "why" says "$WORK/theirs.tar is not signed by key"
"$AIRGAP" bundle sign --quiet --key theirs.key theirs.tar
mv both keys
wait_for 10 "the bundle of the second key" fetch theirs
fetch ours
echo "no key" >keys
wait_for 10 "nothing to be served" no_fetch ours
no_fetch theirs || fail "it is served with a damaged file of keys"
wait_for 10 "why" says "keys, key 1 is no public key in PEM; it is not served"
