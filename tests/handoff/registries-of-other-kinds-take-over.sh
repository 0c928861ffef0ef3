#!/usr/bin/env bash
# timeout: 200
# Distribution's registry of version 3 takes over, too: with its files in an S3 bucket, which blobs
# are fetched from by redirects that carry no credentials, and with sparse indexes where its
# configuration allows them. Everything is read back, a second push has nothing to do, the bundle
# comes back out of it, and prune deletes there.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fixture.bash"
need_file "$ROOT/build/peers/registry3" "make peers"
# start_registry3 STORAGE [LINE]...: with a login, over plain HTTP, for S3 is that as well.
start_registry3() {
  local storage=$1 port
  shift
  port=$(free_port)
  make_target with-login
  TARGET=http://127.0.0.1:$port
  printf '{"auths":{"127.0.0.1:%s":{"username":"%s","password":"%s"}}}' "$port" "$TARGET_USER" \
    "$TARGET_PASSWORD" >"$TARGET_LOGIN"
  {
    echo "version: 0.1"
    echo "log: {level: error, accesslog: {disabled: true}}"
    echo "storage: {delete: {enabled: true}, $storage}"
    echo "http: {addr: '127.0.0.1:$port'}"
    echo "auth: {htpasswd: {realm: x, path: $WORK/target/htpasswd}}"
    [ $# -eq 0 ] || printf '%s\n' "$@"
  } >"$WORK/registry3.yml"
  background registry3 env OTEL_TRACES_EXPORTER=none "$ROOT/build/peers/registry3" serve \
    "$WORK/registry3.yml"
  wait_for 20 "the registry" curl -s -o /dev/null "$TARGET/v2/"
}
takes_over() {
  push_to_target --quiet
  preflight_target --quiet --deep
  push_to_target >"$WORK/out"
  grep -q "nothing to do: the registry has all of it" "$WORK/out" || fail "$(cat "$WORK/out")"
}

S3=127.0.0.1:$(free_port)
background s3 "$ROOT/build/peers/s3" "$S3" images
wait_for 10 "S3" curl -s -o /dev/null "http://$S3/"
start_registry3 "s3: {region: us-east-1, bucket: images, accesskey: a, secretkey: b,
  regionendpoint: 'http://$S3', forcepathstyle: true, secure: false,
  multipartcopythresholdsize: 1000000000}"
takes_over
blob=/v2/ghcr.io/cozystack/demo/debian/blobs/$(tar -xOf "$DEMO" index.json |
  python3 -c 'import json, subprocess, sys
for m in json.load(sys.stdin)["manifests"]:
    if "demo/debian:13" in m["annotations"]["org.opencontainers.image.ref.name"]:
        text = subprocess.run(["tar", "-xOf", sys.argv[1], "blobs/sha256/" + m["digest"][7:]],
                              capture_output=True).stdout
        print(json.loads(text)["layers"][0]["digest"])' "$DEMO")
expect "a blob" "$(curl -s -u "$TARGET_USER:$TARGET_PASSWORD" -o /dev/null -w '%{http_code}' \
  "$TARGET$blob")" 307
"$AIRGAP" bundle create --quiet --from-registry "$TARGET" --credentials "$TARGET_LOGIN" \
  --like "$DEMO" --file "$WORK/again.tar"
cmp "$WORK/again.tar" "$DEMO"
"$ROOT/tests/bundle/make-layout" full "$WORK/layout"
"$AIRGAP" bundle create --quiet --name t --version 1 --from "oci:$WORK/layout" --file "$WORK/b.tar"
BUNDLE=$WORK/b.tar push_to_target --quiet
"$AIRGAP" prune --registry "$TARGET" --credentials "$TARGET_LOGIN" --keep "$DEMO" --delete \
  >"$WORK/out"
grep -q "^delete  *ghcr.io/org/multi@" "$WORK/out" || fail "$(cat "$WORK/out")"
preflight_target --quiet --deep
! BUNDLE=$WORK/b.tar preflight_target --quiet 2>"$WORK/error" || fail "nothing was deleted"

# With a sparse bundle.
"$ROOT/tests/bundle/make-layout" fallback "$WORK/sparse"
start_docker_registry
"$ROOT/tests/demo/push.py" "127.0.0.1:$port" "$WORK/sparse"
multi=$(json "$WORK/sparse/index.json" "[m['digest'] for m in v['manifests']
  if m['annotations']['org.opencontainers.image.ref.name'] == 'ghcr.io/org/multi:v1'][0]")
"$AIRGAP" bundle create --quiet --name s --version 1 --sparse --platform linux/arm64 \
  --mirror "ghcr.io=http://127.0.0.1:$port" --image "ghcr.io/org/multi:v1@$multi" \
  --file "$WORK/sparse.tar"
BUNDLE=$WORK/sparse.tar
mkdir "$WORK/files"
start_registry3 "filesystem: {rootdirectory: $WORK/files}"
! push_to_target --quiet 2>"$WORK/error" || fail "it has a hole that it does not allow"
finds -F -e "sparse" <"$WORK/error" || fail "$(cat "$WORK/error")"
start_registry3 "filesystem: {rootdirectory: $WORK/files}" \
  "validation: {manifests: {indexes: {platforms: none}}}"
takes_over
