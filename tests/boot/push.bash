# An appliance whose registryd takes pushes. Source it after fixture.bash and registry/push.bash.
# shellcheck shell=bash

# let_the_guest_take_pushes MOUNT-OPTION...: what is pushed lies on what `mount` mounts. Sets URL
# and CA.
let_the_guest_take_pushes() {
  # shellcheck disable=SC2034 # for who sources this file
  URL=https://localhost:$PORT_REGISTRY CA=$WORK/ca.pem
  in_guest "mkdir -p /run/push && mount $* /run/push && chown registryd:registryd /run/push &&
    chmod 700 /run/push && echo $PUSH_PASSWORD |
    cozy-airgap login add --logins /run/logins --user $PUSH_USER && chmod 644 /run/logins &&
    sed -i '\$s|\$| --push /run/push --logins /run/logins|' /etc/sv/registryd/run &&
    sv restart /etc/sv/registryd"
  wait_for 60 "a registry that takes pushes" asks_for_a_login
}

asks_for_a_login() {
  [ "$(curl -s -m 10 --cacert "$CA" -o "$WORK/body" -w '%{http_code}' "$URL/v2/")" = 401 ]
}
