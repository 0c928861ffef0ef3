# Shared by the tests and by scripts that start the same programs. Source it, don't run it.
# shellcheck shell=bash
#
# Gives: ROOT, AIRGAP (the program), DEMO (the demo bundle), WORK (a folder of this test's own,
# removed at the end) and the functions below. What is started with `background` is stopped.

export PATH=$PATH:/usr/sbin:/sbin # not on that of Debian's users
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for those who source this file
AIRGAP=$ROOT/build/bin/cozy-airgap
DEMO=$ROOT/build/demo-bundle.tar
ARGUMENTS=("$@") # of the script that sources this
WORK=$(mktemp -d "${TMPDIR:-/tmp}/airgap-test.XXXXXX")
PIDS=()
POLL_S=0.05 # how often wait_for looks
UNDO=()

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# at_end COMMAND: run when the script ends, the newest first.
at_end() {
  UNDO=("$*" "${UNDO[@]}")
}

clean_up() {
  local status=$? pid command
  trap - EXIT
  set +e
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${PIDS[@]}"; do
    for _ in {1..50}; do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  for command in "${UNDO[@]}"; do eval "$command"; done
  rm -rf -- "$WORK"
  exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# finds ARGUMENT...: grep -q that reads standard input to its end, so that whoever writes it is not
# killed on the way, which pipefail would take for a failure.
finds() {
  local text
  text=$(cat)
  grep -q "$@" <<<"$text"
}

# need COMMAND...: a test without its tools has failed.
need() {
  local command
  for command in "$@"; do
    command -v "$command" >/dev/null || fail "$command is not installed: run scripts/setup"
  done
}

# need_file FILE HOW
need_file() {
  [ -e "$1" ] || fail "$1 is missing: $2 makes it"
}

# free_port prints a TCP and UDP port that nobody has, below those that the kernel gives out.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if ! grep -q -i ":$(printf '%04X' "$port") " /proc/net/{tcp,tcp6,udp,udp6} 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  fail "no free port between 20000 and 32000"
}

# background NAME COMMAND...: starts COMMAND, its output in WORK/NAME.log, its id in LAST_PID.
background() {
  local name=$1
  shift
  "$@" >"$WORK/$name.log" 2>&1 </dev/null &
  LAST_PID=$!
  PIDS+=("$LAST_PID")
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds; fails when the process started last
# has ended.
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ -n "${LAST_PID:-}" ] && ! kill -0 "$LAST_PID" 2>/dev/null; then
      tail -n 20 "$WORK"/*.log "$WORK"/*.serial >&2 2>/dev/null || true
      fail "$what: the process ended before it answered"
    fi
    if [ $SECONDS -ge $end ]; then
      tail -n 20 "$WORK"/*.log "$WORK"/*.serial >&2 2>/dev/null || true
      fail "$what: no answer"
    fi
    sleep "$POLL_S"
  done
}

# start_docker_registry: Debian's, empty, over plain HTTP on loopback; sets port.
start_docker_registry() {
  need docker-registry
  # shellcheck disable=SC2034 # for those who source this file
  port=$(free_port)
  cat >"$WORK/config.yml" <<YAML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $WORK/storage}}
http: {addr: "127.0.0.1:$port"}
YAML
  background registry docker-registry serve "$WORK/config.yml"
  wait_for 20 "docker-registry" curl -sf "http://127.0.0.1:$port/v2/"
}

# start_serve BUNDLE [ARGUMENT...]: one process on loopback; sets PORT, URL and CA.
start_serve() {
  local bundle=$1
  shift
  need_file "$AIRGAP" "make"
  need_file "$bundle" "make build/demo-bundle.tar"
  PORT=$(free_port)
  URL=https://127.0.0.1:$PORT
  CA=$WORK/state/ca.pem
  background serve "$AIRGAP" serve --bundle "$bundle" --listen "127.0.0.1:$PORT" \
    --state "$WORK/state" "$@"
  wait_for 20 "serve on $URL" curl -s -o "$WORK/body" --cacert "$CA" \
    "$URL/healthz"
}

# stop_serve stops what start_serve started, which must end well.
stop_serve() {
  kill "$LAST_PID"
  wait "$LAST_PID" || fail "serve ended with status $?: $(tail -n 5 "$WORK/serve.log")"
}

# get PATH [CURL ARGUMENT...]: asks what start_serve started, trusting its CA only.
get() {
  local path=$1
  shift
  curl -sS --cacert "$CA" --max-time 60 "$@" "$URL$path"
}

# status_of PATH [CURL ARGUMENT...] prints the HTTP status; the body is in WORK/body.
status_of() {
  get "$@" -o "$WORK/body" -w '%{http_code}'
}

# header NAME FILE prints a header's value from what curl -D wrote.
header() {
  awk -v name="${1,,}:" '{ sub(/\r$/, "") } tolower($1) == name { $1 = ""
    print substr($0, 2) }' "$2" | tail -n 1
}

# expect WHAT GOT WANTED
expect() {
  [ "$2" = "$3" ] || fail "$1: got \"$2\", wanted \"$3\""
}

# expect_oci_error STATUS CODE PATH [CURL ARGUMENT...]
expect_oci_error() {
  local status=$1 code=$2 path=$3 got
  shift 3
  got=$(status_of "$path" "$@")
  expect "$path: status" "$got" "$status"
  got=$(json "$WORK/body" 'v["errors"][0]["code"]')
  expect "$path: error code" "$got" "$code"
  got=$(json "$WORK/body" 'v["errors"][0]["message"]')
  [ -n "$got" ] || fail "$path: the error says nothing"
}

# json FILE EXPRESSION prints a Python expression over the parsed file v.
json() {
  python3 -c 'import json, sys
v = json.load(open(sys.argv[1], "rb"))
r = eval("(" + sys.argv[2] + ")")
print(r if isinstance(r, (str, int, float)) else json.dumps(r))' "$1" "$2" ||
    fail "$1: $2: not in this JSON: $(head -c 300 "$1")"
}

sha256_of() {
  sha256sum -- "$1" | cut -d ' ' -f 1
}

# references prints "reference digest media-type" for each image of the demo bundle, assets
# left out. By tag: host/repository:tag; by digest: host/repository@digest.
references() {
  tar -xOf "$DEMO" index.json >"$WORK/index.json"
  python3 - "$WORK/index.json" <<'PYTHON'
import json, sys
for m in json.load(open(sys.argv[1]))["manifests"]:
    name = m["annotations"]["org.opencontainers.image.ref.name"]
    if not name.startswith("airgap.internal/"):
        print(name, m["digest"], m["mediaType"])
PYTHON
}

# asset_blob PATH prints the digest of the file served under PATH.
asset_blob() {
  local manifest
  tar -xOf "$DEMO" index.json >"$WORK/index.json"
  manifest=$(json "$WORK/index.json" "[m['digest'] for m in v['manifests']
    if m['annotations'].get('io.cozystack.airgap.path') == '$1'][0]")
  tar -xOf "$DEMO" "blobs/sha256/${manifest#sha256:}" >"$WORK/manifest.json"
  json "$WORK/manifest.json" 'v["layers"][0]["digest"]'
}

# take_seed lets AIRGAP_SEED decide what RANDOM gives.
take_seed() {
  local seed=${AIRGAP_SEED:-$RANDOM}
  RANDOM=$seed
  echo "seed $seed (AIRGAP_SEED=$seed repeats it)"
}

# as_root COMMAND...: what only root may do here.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# skopeo_on_archives ARGUMENT...: skopeo gives what it unpacks the owner an archive names, root.
skopeo_on_archives() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(unshare --map-root-user)
  "${root[@]}" skopeo --tmpdir "$WORK" "$@"
}

# alone_on_the_network runs the script again as root in a network namespace with nothing but
# loopback: whatever it pulls comes from what it starts itself. OPTION... are more of unshare.
alone_on_the_network() {
  local root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  apart "${root[@]}" unshare --net "$@"
}

# alone_without_root: the same as a user who is root in that namespace and nowhere else.
alone_without_root() { apart unshare --user --map-root-user --net; }

apart() {
  local told
  if [ -z "${AIRGAP_ALONE:-}" ]; then
    trap - EXIT
    rm -rf -- "$WORK"
    mapfile -t told < <(env | grep -E '^(AIRGAP|BENCH)_') # sudo passes nothing on
    exec "$@" env "${told[@]}" AIRGAP_ALONE=1 bash "$0" "${ARGUMENTS[@]}"
  fi
  ip link set lo up
}

# blob_offset BUNDLE DIGEST prints where a blob's payload starts, found by tar alone.
blob_offset() {
  python3 -c 'import sys, tarfile
print(tarfile.open(sys.argv[1]).getmember("blobs/sha256/" + sys.argv[2][7:]).offset_data)' "$1" "$2"
}

# flip_byte_of_blob BUNDLE DIGEST OFFSET changes one byte.
flip_byte_of_blob() {
  python3 -c 'import sys
at = int(sys.argv[2]) + int(sys.argv[3])
with open(sys.argv[1], "r+b") as file:
    file.seek(at)
    byte = file.read(1)[0]
    file.seek(at)
    file.write(bytes([byte ^ 0x55]))' "$1" "$(blob_offset "$1" "$2")" "$3"
}

# is_withdrawn DIGEST: does the status name it among the corrupt blobs?
is_withdrawn() {
  get /api/v1/status -o "$WORK/status.json"
  grep -q -F "${1#sha256:}" "$WORK/status.json"
}
