# A registry to hand over to. Source it after lib.sh.
# shellcheck shell=bash

TARGET_USER=handoff TARGET_PASSWORD=to-the-cluster

# start_target with-login|without-login: Debian's docker-registry at TARGET_ADDRESS, loopback if that
# is not set, over TLS by a CA of its own, its files in WORK/storage; sets TARGET, TARGET_CA and
# TARGET_LOGIN, a docker config.json.
start_target() {
  make_target "$1"
  background target docker-registry serve "$WORK/target/config.yml"
  TARGET_PID=$LAST_PID
  wait_for 20 "the target" target_answers
}

# make_target with-login|without-login: the same, but does not start it. TARGET_NAME is how clients
# call it, its address if that is not set.
make_target() {
  need docker-registry openssl perl
  local port address=${TARGET_ADDRESS:-127.0.0.1} auth=""
  [ "$1" != with-login ] || auth="auth: {htpasswd: {realm: x, path: $WORK/target/htpasswd}}"
  port=${TARGET_PORT:-$(free_port)}
  TARGET_PORT=$port TARGET=https://${TARGET_NAME:-$address}:$port TARGET_CA=$WORK/target/ca.pem
  TARGET_LOGIN=$WORK/target/config.json
  if [ ! -e "$TARGET_CA" ]; then
    mkdir -p "$WORK/target"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=target \
      -addext "subjectAltName=IP:$address${TARGET_NAME:+,DNS:$TARGET_NAME}" \
      -keyout "$WORK/target/key.pem" -out "$TARGET_CA" 2>/dev/null
    # bcrypt, by the C library.
    perl -e 'print "$ARGV[0]:", crypt($ARGV[1], "\$2y\$05\$abcdefghijklmnopqrstuu"), "\n"' \
      "$TARGET_USER" "$TARGET_PASSWORD" >"$WORK/target/htpasswd"
    printf '{"auths":{"%s:%s":{"username":"%s","password":"%s"}}}' "$address" "$port" \
      "$TARGET_USER" "$TARGET_PASSWORD" >"$TARGET_LOGIN"
    cat >"$WORK/target/config.yml" <<YAML
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $WORK/storage}, delete: {enabled: true}}
http: {addr: "$address:$port", tls: {certificate: $TARGET_CA, key: $WORK/target/key.pem}}
$auth
YAML
  fi
}

target_answers() {
  curl -s --cacert "$TARGET_CA" -o /dev/null "https://${TARGET_ADDRESS:-127.0.0.1}:$TARGET_PORT/v2/"
}

# push_to_target, preflight_target OPTION...: of the demo bundle, or of BUNDLE.
push_to_target() {
  "$AIRGAP" push --bundle "${BUNDLE:-$DEMO}" --to "$TARGET" --registry-ca "$TARGET_CA" \
    --credentials "$TARGET_LOGIN" "$@"
}
preflight_target() {
  "$AIRGAP" preflight --bundle "${BUNDLE:-$DEMO}" --registry "$TARGET" --registry-ca "$TARGET_CA" \
    --credentials "$TARGET_LOGIN" "$@"
}

# blob_file DIGEST prints where docker-registry keeps it.
blob_file() {
  echo "$WORK/storage/docker/registry/v2/blobs/sha256/${1:7:2}/${1:7}/data"
}
