# What the tests of clients share. Source it, don't run it.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../registry/push.bash"

PEERS=$ROOT/build/peers

# use_go_clients: Go's programs trust the server's CA, and keep what they remember in WORK.
use_go_clients() {
  need_file "$PEERS/crane" scripts/build-peers
  export SSL_CERT_FILE=$CA HOME=$WORK/home DOCKER_CONFIG=$WORK/home/.docker
  export REGCTL_CONFIG=$WORK/home/regctl.json
  mkdir -p "$DOCKER_CONFIG"
}

# here REFERENCE prints it as one of the server under test.
here() {
  printf '127.0.0.1:%s/%s\n' "$PORT" "$1"
}

# is_image DIGEST: does the manifest in the demo bundle hold file system layers, or images?
is_image() {
  tar -xOf "$DEMO" "blobs/sha256/${1#sha256:}" >"$WORK/manifest.json"
  [[ $(json "$WORK/manifest.json" '"manifests" in v or v["layers"][0]["mediaType"]') = \
    @(True|*rootfs*|*layer.v1*) ]]
}

# for_each_reference COMMAND... runs it with reference, digest and media type of each of the demo
# bundle's references, of which there are an image, an index, a schema 2 image, an artifact and
# a signature.
for_each_reference() {
  local reference digest media_type count=0
  references >"$WORK/references"
  while read -r reference digest media_type; do
    "$@" "$reference" "$digest" "$media_type" </dev/null || fail "$reference"
    count=$((count + 1))
  done <"$WORK/references"
  [ $count -ge 6 ] || fail "only $count references in the demo bundle"
  echo "$count references"
}

# expect_digest WHAT FILE DIGEST
expect_digest() {
  expect "$1" "sha256:$(sha256_of "$2")" "$3"
}
