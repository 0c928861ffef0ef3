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
# ask_soon PATH: notes how long the answer took. The machine may be busy with other tests, so that
# one in twenty may be late, but none may wait for the stick.
ask_soon() {
  get "$1" --max-time 5 -o "$WORK/body" -w '%{time_total}\n' >>"$WORK/times"
}
for _ in {1..14}; do
  ask_soon /healthz
  ask_soon /api/v1/status
  while read -r reference digest _; do
    name=${reference%@*}
    [[ $reference = *@* ]] || name=${reference%:*}
    ask_soon "/v2/$name/manifests/$digest"
    expect "$reference" "sha256:$(sha256_of "$WORK/body")" "$digest"
  done < <(references)
  ask_soon /v2/_catalog
  sleep 2
done
late=$(awk '$1 > 1' "$WORK/times" | wc -l)
answers=$(wc -l <"$WORK/times")
echo "$late of $answers answers were late; the longest took $(sort -n "$WORK/times" | tail -n 1) s"
[ $((late * 20)) -le "$answers" ] || fail "$late of $answers answers took more than a second"
for pid in "${pids[@]}"; do kill -0 "$pid" || fail "a pull ended while the stick stood still"; done
stick r
echo "the stick stood still for $((SECONDS - began)) s"
[ $((SECONDS - began)) -ge 28 ] || fail "that was too short"
wait "${pids[@]}"
for client in {1..20}; do expect "a pull" "sha256:$(sha256_of "$WORK/blob.$client")" "$layer"; done
