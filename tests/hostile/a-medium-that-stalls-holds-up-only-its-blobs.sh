#!/usr/bin/env bash
# timeout: 180
# waits
# The stick does not answer for half a minute: health, status and manifests still come within a
# second, also while blobs wait for it; and the blobs come whole when it is back.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need nbdkit nbdfuse
alone_on_the_network

# stick WORD: p stops it after the requests under way, r lets it go on; it answers in capitals.
stick() {
  python3 -c 'import socket, sys
control = socket.socket(socket.AF_UNIX)
control.connect(sys.argv[1])
control.sendall(sys.argv[2].encode())
assert control.recv(1) == sys.argv[2].upper().encode()' "$WORK/pause" "$1"
}

is_verified() {
  get /api/v1/status -o "$WORK/status.json"
  [ "$(json "$WORK/status.json" 'v["bundles"][0]["verifiedBytes"] == v["bundles"][0]["bytes"]')" \
    = True ]
}

# A file system over the file, so that the kernel may keep nothing of it that was not read.
mkdir "$WORK/stick"
background nbdfuse nbdfuse --readonly "$WORK/stick/bundle.tar" --command nbdkit -s --readonly \
  --filter=pause file "$DEMO" pause-control="$WORK/pause"
at_end "fusermount3 -u -q $WORK/stick 2>/dev/null || umount -l $WORK/stick 2>/dev/null"
wait_for 20 "the stick" test -s "$WORK/stick/bundle.tar"
start_serve "$WORK/stick/bundle.tar"

get /v2/ghcr.io/cozystack/demo/debian/manifests/13 -o "$WORK/manifest"
layer=$(json "$WORK/manifest" 'max(v["layers"], key=lambda l: l["size"])["digest"]')
blob=/v2/ghcr.io/cozystack/demo/debian/blobs/$layer
# What verification has read must be read again.
wait_for 60 "the end of verification" is_verified
echo 3 >/proc/sys/vm/drop_caches
stick p
began=$SECONDS
pids=()
for client in {1..20}; do
  get "$blob" --max-time 120 -o "$WORK/blob.$client" &
  pids+=($!)
done
for _ in {1..14}; do
  get /healthz --max-time 1 -o "$WORK/body"
  get /api/v1/status --max-time 1 -o "$WORK/body"
  while read -r reference digest _; do
    name=${reference%@*}
    [[ $reference = *@* ]] || name=${reference%:*}
    get "/v2/$name/manifests/$digest" --max-time 1 -o "$WORK/body"
    expect "$reference" "sha256:$(sha256_of "$WORK/body")" "$digest"
  done < <(references)
  get /v2/_catalog --max-time 1 -o "$WORK/body"
  sleep 2
done
for pid in "${pids[@]}"; do kill -0 "$pid" || fail "a pull ended while the stick stood still"; done
stick r
echo "the stick stood still for $((SECONDS - began)) s"
[ $((SECONDS - began)) -ge 28 ] || fail "that was too short"
wait "${pids[@]}"
for client in {1..20}; do expect "a pull" "sha256:$(sha256_of "$WORK/blob.$client")" "$layer"; done
