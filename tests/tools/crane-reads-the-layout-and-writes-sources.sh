#!/usr/bin/env bash
# crane pushes the layout of a bundle, every blob checked; what it pulls as a layout or as a tarball
# is a source.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$ROOT/tests/registry/push.bash"
need_file "$PEERS/crane" scripts/build-peers
crane=$PEERS/crane

make_bundle
unpack_bundle
start_push_serve # the demo bundle, and what is pushed
export SSL_CERT_FILE=$CA HOME=$WORK DOCKER_CONFIG=$WORK/.docker
"$crane" auth login "127.0.0.1:$PORT" -u "$PUSH_USER" -p "$PUSH_PASSWORD"
here=127.0.0.1:$PORT/site.example
"$crane" push --index "$WORK/unpacked" "$here/all:1"
expect "the pushed index.json" "$("$crane" digest "$here/all:1")" \
  "sha256:$(sha256_of "$WORK/unpacked/index.json")"
"$crane" validate --remote "$here/all:1"
count=0
while read -r reference digest _; do
  "$crane" manifest "$here/all@$digest" >"$WORK/manifest"
  expect "$reference" "sha256:$(sha256_of "$WORK/manifest")" "$digest"
  count=$((count + 1))
done <"$WORK/references"
[ $count -eq 5 ] || fail "$count references"

# With the names that the bundle has, crane's output needs none given.
app=$here/all@$(digest_of ghcr.io/org/app:v1)
"$crane" pull --format oci "$app" "$WORK/pulled"
same_as_ours ghcr.io/org/app:v1 "oci:$WORK/pulled=ghcr.io/org/app:v1"
"$crane" pull --format oci "$here/all@$(digest_of ghcr.io/org/multi:v1)" "$WORK/index"
same_as_ours ghcr.io/org/multi:v1 "oci:$WORK/index=ghcr.io/org/multi:v1"
"$crane" copy "$app" "$here/app:v1"
"$crane" pull "$here/app:v1" "$WORK/saved.tar"
from "docker-archive:$WORK/saved.tar" | finds "^127.0.0.1:$PORT/site.example/app:v1 " ||
  fail "the tarball: $(cat "$WORK/got")"
