#!/usr/bin/env bash
# timeout: 400
# waits
# A site file holds the machine configs of its machines, sealed. Until their password is typed at
# the console no machine boots over the network; then a listed one gets its config, once. A user of
# the site file arms netboot and has a machine start over, with a browser or by the API, and so does
# whoever stands at the console; nobody else does.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$(dirname "$0")/../registry/push.bash"
. "$(dirname "$0")/push.bash"
mkdir "$WORK/configs"
config='version: v1alpha1 # a-secret'
echo "$config" >"$WORK/configs/52-54-00-00-00-01.yaml"
echo "correct horse" | "$AIRGAP" site seal-configs "$WORK/configs" >"$WORK/sealed"
hash=$(echo "$PUSH_PASSWORD" | "$AIRGAP" login hash)
mapfile -t sealed <"$WORK/sealed"
make_site_image "name: 'Rack <7>'" "control:" \
  "  users: [{name: $PUSH_USER, password: '$hash'}]" "${sealed[@]}"
"$AIRGAP" image build --quiet --state-size 128M --base "$BASE_ISO" --bundle "$DEMO" \
  --site "$WORK/site.yaml" --file "$WORK/stick"
boot_with_shell --stick "$WORK/stick"
wait_until_it_serves
wait_for 30 "the state volume" in_guest "grep -q ' /run/airgap/configured ext4 ' /proc/mounts"
locked="the machine configs of the site file are locked: press u at the console"
wait_for 60 "that they are locked" status_has "'$locked' in v['problems']"

# post PATH [CURL ARGUMENT...] prints the status code of an answer.
post() {
  local path=$1
  shift
  ask "$PORT_HTTPS" "$path" --no-fail -X POST -o "$WORK/body" -w '%{http_code}' "$@"
}
login=(--user "$PUSH_USER:$PUSH_PASSWORD")
expect "arming without a login" "$(post "/api/v1/netboot?hours=1")" 401
expect "with a wrong one" "$(post "/api/v1/netboot?hours=1" --user "$PUSH_USER:x")" 401
expect "from another site's page" \
  "$(post "/api/v1/netboot?hours=1" "${login[@]}" -H "Origin: https://evil.example")" 403
expect "for too long" "$(post "/api/v1/netboot?hours=1000" "${login[@]}")" 400
expect "by GET" "$(ask "$PORT_HTTPS" "/api/v1/netboot?hours=1" --no-fail -o "$WORK/body" \
  -w '%{http_code}')" 405
expect "with a login" "$(post "/api/v1/netboot?hours=2" "${login[@]}")" 200
armed="netboot is armed for 2 hours more"
wait_for 60 "that it is armed" status_has "'$armed' in v['notices']"

script() { curl -sf -m 10 "http://127.0.0.1:$PORT_HTTP/ipxe?mac=$1" -o "$WORK/script"; }
says() { script "$1" && finds -F -e "$2" <"$WORK/script"; }
mac=52-54-00-00-00-01
says $mac "no machine config for the machine" || fail "$(cat "$WORK/script")"
wait_for 60 "the keys on the screen" screen_shows "Keys:"
press u
wait_for 60 "the question" screen_shows "which is not shown"
type_on_screen "wrong horse"
wait_for 60 "that it is wrong" status_has \
  "'this password does not open the machine configs' in v['problems']"
! screen_shows "wrong horse" || fail "the password is on the screen"
press ret
sleep 1
press u
wait_for 60 "the question" screen_shows "which is not shown"
type_on_screen "correct horse"
wait_for 60 "the config" says $mac "talos.config=https://127.0.0.1:5000/machine-config?token="
status_has "'$locked' in v['problems']" && fail "it still says that they are locked"
in_guest "[ ! -e /run/airgap/console/configs-password ]" || fail "the password lies about"
says 52-54-00-00-00-02 "no machine config for the machine" || fail "an unlisted one boots"
token=$(sed -n 's/.*machine-config?token=\([0-9a-f]*\).*/\1/p' "$WORK/script")
[ -z "$token" ] || fail "an unlisted machine has a token"

# fetch: what Talos does.
fetch() {
  says $mac "talos.config=" || fail "$(cat "$WORK/script")"
  token=$(sed -n 's/.*machine-config?token=\([0-9a-f]*\).*/\1/p' "$WORK/script")
  expect "the config" "$(ask "$PORT_REGISTRY" "/machine-config?token=$token")" "$config"
  says $mac "reset it to install it again" || fail "it is not left to its disk"
}
fetch
ask "$PORT_HTTPS" / -o "$WORK/page.html" -D "$WORK/headers"
for text in "Rack &lt;7&gt;" "52:54:00:00:00:01" "install it again" "arm netboot for 12 h" demo; do
  finds -F -e "$text" <"$WORK/page.html" || fail "no '$text' on the page"
done
finds -i -F "content-security-policy: default-src 'none'" <"$WORK/headers" || fail "any script runs"
expect "a reset without a login" "$(post "/api/v1/reset?mac=$mac")" 401
expect "of a machine that has nothing" \
  "$(post "/api/v1/reset?mac=52:54:00:00:00:09" "${login[@]}")" 404
expect "of what is none" "$(post "/api/v1/reset?mac=../x" "${login[@]}")" 400
expect "a reset by a button" \
  "$(post "/api/v1/reset?mac=$mac" "${login[@]}" -H "Accept: text/html" \
    -H "Origin: https://localhost:$PORT_HTTPS")" 303
fetch
press ret
sleep 1
press r
wait_for 60 "the machine" screen_shows "1 52:54:00:00:00:01"
type_on_screen 1
wait_for 60 "that it starts over" says $mac "talos.config="
fetch
expect "an end by the API" "$(post "/api/v1/netboot?hours=0" "${login[@]}")" 200
wait_for 60 "the end" says $mac "netboot is not armed"

# The power goes: which machine has its config is known afterwards.
kill -9 "$LAST_PID"
wait "$LAST_PID" || true
rm "$WORK/ca.pem"
boot_with_shell --stick "$WORK/stick"
wait_until_it_serves
knows_the_machine() {
  ask "$PORT_HTTPS" / -o "$WORK/page.html" &&
    finds -F -e "/api/v1/reset?mac=52:54:00:00:00:01" <"$WORK/page.html"
}
wait_for 30 "the machine on the page" knows_the_machine
