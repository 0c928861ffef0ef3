#!/usr/bin/env bash
# Passwords from docker's config.json and from a credential helper, tokens that run out on the way;
# a wrong password is told without showing it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

mkdir "$WORK/docker" "$WORK/bin"
export DOCKER_CONFIG=$WORK/docker PATH=$WORK/bin:$PATH
config() { printf '%s' "$1" >"$WORK/docker/config.json"; }

troubles token-for 5
create --quiet
[ "$(grep -c '^GET /token' "$TROUBLES/log")" -gt 5 ] || fail "the tokens did not run out"
mv "$WORK/out/b.tar" "$WORK/whole.tar"
calm

troubles users tester:open-sesame
create_fails 3
grep -q 'needs credentials' "$WORK/err" || fail "$(cat "$WORK/err")"
config "{\"auths\":{\"$REGISTRY\":{\"username\":\"tester\",\"password\":\"a guess\"}}}"
create_fails 3
grep -q 'answers 401' "$WORK/err" || fail "$(cat "$WORK/err")"
grep -q -e 'a guess' -e sesame "$WORK/err" && fail "the password is shown"
config "{\"auths\":{\"$REGISTRY\":{\"username\":\"tester\",\"password\":\"open-sesame\"}}}"
create --quiet
cmp "$WORK/out/b.tar" "$WORK/whole.tar"
rm "$WORK/out/b.tar"

# A helper for this registry, then one for all.
cat >"$WORK/bin/docker-credential-safe" <<'SH'
#!/bin/sh
[ "$1" = get ] || exit 1
read -r host
echo "$host" >>"$DOCKER_CONFIG/asked"
echo '{"ServerURL":"x","Username":"tester","Secret":"open-sesame"}'
SH
chmod +x "$WORK/bin/docker-credential-safe"
for text in "{\"credHelpers\":{\"$REGISTRY\":\"safe\"}}" '{"credsStore":"safe"}'; do
  config "$text"
  create --quiet
  cmp "$WORK/out/b.tar" "$WORK/whole.tar"
  rm "$WORK/out/b.tar"
done
expect "asked for" "$(sort -u "$WORK/docker/asked")" "$REGISTRY"

# A helper that fails, hangs no one and names itself.
config '{"credsStore":"none"}'
create_fails 3
grep -q 'docker-credential-none' "$WORK/err" || fail "$(cat "$WORK/err")"
printf '#!/bin/sh\necho "no such entry"; exit 1\n' >"$WORK/bin/docker-credential-safe"
config '{"credsStore":"safe"}'
create_fails 3
grep -q 'needs credentials' "$WORK/err" || fail "$(cat "$WORK/err")"
config '{"credsStore":"../../bin/sh"}'
create_fails 2
grep -q 'credsStore' "$WORK/err" || fail "$(cat "$WORK/err")"
