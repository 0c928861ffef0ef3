# A server under attack, and a well-behaved client beside it. Source it after lib.sh.
# shellcheck shell=bash

RSS_MAX_KIB=$((96 * 1024))

# largest_blob prints the path of the demo bundle's largest blob.
largest_blob() {
  local digest
  get /v2/ghcr.io/cozystack/demo/debian/manifests/13 -o "$WORK/manifest"
  digest=$(json "$WORK/manifest" 'max(v["layers"], key=lambda l: l["size"])["digest"]')
  printf '/v2/ghcr.io/cozystack/demo/debian/blobs/%s\n' "$digest"
}

clients() {
  # In the place of the subshell: what stops that must stop the clients.
  exec python3 "$ROOT/tests/hostile/clients.py" "$1" "$PORT" "$CA" "$BLOB" "$2"
}

# withstand KIND: with such clients beside it a peaceful one has half its usual speed or more, the
# small questions are answered within a second, and the server's memory stays bounded.
withstand() {
  local usual beside peak attackers server=$LAST_PID try
  BLOB=$(largest_blob)
  usual=$(clients peaceful 1) || fail "the peaceful client"
  background attackers clients "$1" 40
  attackers=$LAST_PID
  wait_for 30 "the $1 clients" grep -q ready "$WORK/attackers.log"
  for try in 1 2 3; do
    beside=$(clients peaceful 1) || fail "the peaceful client"
    echo "$1: $beside MB/s beside them, $usual MB/s without"
    python3 -c "import sys; sys.exit($beside < $usual / 2)" && break
    [ $try -lt 3 ] || fail "a peaceful client has less than half its speed"
  done
  get /healthz --max-time 1 >/dev/null
  get /v2/docker.io/library/busybox/manifests/1.37.0 --max-time 1 >/dev/null
  kill -0 "$attackers" 2>/dev/null || wait "$attackers" || fail "$(cat "$WORK/attackers.log")"
  { kill "$attackers" && wait "$attackers"; } 2>/dev/null || true
  cat "$WORK/attackers.log"
  kill -0 "$server" || fail "the server has ended"
  peak=$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")
  echo "peak memory $peak KiB"
  [ "$peak" -le $RSS_MAX_KIB ] || fail "the server took $peak KiB"
}
