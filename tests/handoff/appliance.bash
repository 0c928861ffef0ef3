# The two programs of an appliance that hand over, on a network of their own. Needs lib.sh,
# registry/push.bash, handoff/fixture.bash and alone_on_the_network. Source it, don't run it.
# shellcheck shell=bash

SEED=10.77.0.5 NODE1=10.77.0.11 NODE2=10.77.0.12

TARGET_ADDRESS=10.77.0.20

# start_network: the addresses of everybody, all on this machine.
start_network() {
  local address
  ip link add seed type bridge
  ip link set seed up
  for address in $SEED $NODE1 $NODE2 $TARGET_ADDRESS; do ip address add "$address/24" dev seed; done
}

# make_handoff_site [LINE]...: WORK/site, whose handoff names the target, two nodes, and has these
# lines as well.
make_handoff_site() {
  local hash
  hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
  {
    echo "name: Rack 7"
    echo "control: {users: [{name: $PUSH_USER, password: '$hash'}]}"
    echo "handoff:"
    echo "  registry: $TARGET"
    echo "  ca: |"
    sed 's/^/    /' "$TARGET_CA"
    echo "  username: $TARGET_USER"
    echo "  password: $TARGET_PASSWORD"
    echo "  nodes: [{name: node1}, {name: node2, address: $NODE2}]"
    [ $# -eq 0 ] || printf '  %s\n' "$@"
  } >"$WORK/site.yaml"
  "$AIRGAP" site read --quiet "$WORK/site.yaml" --confirmed "$(sha256_of "$WORK/site.yaml")" \
    --dir "$WORK/site"
}

# start_appliance [kept]: registryd and controld with what make_handoff_site made; with its state
# kept.
start_appliance() {
  "$AIRGAP" identity --quiet --dir "$WORK/tls"
  CA=$WORK/tls/ca.pem URL=https://$SEED:5000
  echo "$DEMO" >"$WORK/bundles"
  start_registryd
  start_controld "$@"
}

start_registryd() {
  background registryd "$ROOT/build/bin/registryd" --listen $SEED:5000 --http $SEED:80 \
    --tls-cert "$WORK/tls/server.pem" --tls-key "$WORK/tls/server.key" \
    --bundle-list "$WORK/bundles" --retired "$WORK/retired" --events "$WORK/events"
  REGISTRYD=$LAST_PID
  wait_for 20 registryd curl -sf --cacert "$CA" "$URL/healthz"
}

start_controld() {
  local kept=()
  [ "${1:-}" != kept ] || kept=(--handoff-is-kept)
  mkdir -p "$WORK/orders"
  background controld "$ROOT/build/bin/controld" --listen $SEED:443 \
    --tls-cert "$WORK/tls/server.pem" --tls-key "$WORK/tls/server.key" \
    --bundle-list "$WORK/bundles" --events "$WORK/events" --site "$WORK/site" \
    --logins "$WORK/site/control-logins" --orders "$WORK/orders" --handoff "$WORK/handoff" \
    "${kept[@]}" --retired "$WORK/retired" --probe-program "$AIRGAP"
  CONTROLD=$LAST_PID
  wait_for 20 controld curl -sf --cacert "$CA" "https://$SEED/healthz"
}

# handoff ORDER [ARGUMENT]...: `cozy-airgap handoff`, as the site file's user.
handoff() {
  local order=$1 user=(--user "$PUSH_USER")
  shift
  [ "$order" != status ] || user=()
  AIRGAP_PASSWORD=$PUSH_PASSWORD "$AIRGAP" handoff "$order" --appliance "https://$SEED" \
    --ca "$CA" "${user[@]}" "$@"
}

# handoff_is PYTHON: is the expression over what the API says of the handoff true?
handoff_is() {
  curl -sf -m 10 --cacert "$CA" "https://$SEED/api/v1/handoff" -o "$WORK/handoff.json" &&
    [ "$(json "$WORK/handoff.json" "bool($1)")" = True ]
}

# retire_is_refused TEXT...: with these reasons.
retire_is_refused() {
  local text
  ! handoff retire >"$WORK/out" 2>"$WORK/error" || fail "it was retired"
  for text; do
    finds -F -e "$text" <"$WORK/error" || fail "no '$text': $(cat "$WORK/error")"
  done
}

# probes prints "HOST REFERENCE" for each probe that the DaemonSet runs.
probes() {
  curl -sf --cacert "$CA" "https://$SEED/api/v1/handoff/probe.yaml" |
    sed -n -E 's|^ *image: (([^/]*)/.*)$|\2 \1|p'
}
