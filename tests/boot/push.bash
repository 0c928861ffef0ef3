# An appliance whose registryd takes pushes. Source it after fixture.bash and registry/push.bash.
# shellcheck shell=bash

# make_site_image [LINE]...: WORK/site.iso, the appliance with a site file that lets PUSH_USER push
# and has these lines as well.
make_site_image() {
  local hash
  need_file "$APPLIANCE_ISO" "make image"
  hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
  printf '%s\n' "$@" >"$WORK/site.yaml"
  cat >>"$WORK/site.yaml" <<YAML
push:
  users:
    - {name: $PUSH_USER, password: "$hash"}
YAML
  "$AIRGAP" image build --quiet --new-identity --base "$APPLIANCE_ISO" \
    --site "$WORK/site.yaml" --file "$WORK/site.iso"
}

# wait_until_it_takes_pushes sets URL and CA.
wait_until_it_takes_pushes() {
  # shellcheck disable=SC2034 # for who sources this file
  URL=https://localhost:$PORT_REGISTRY CA=$WORK/ca.pem
  wait_for 60 "a registry that takes pushes" asks_for_a_login
}


asks_for_a_login() {
  [ "$(curl -s -m 10 --cacert "$CA" -o "$WORK/body" -w '%{http_code}' "$URL/v2/")" = 401 ]
}
