# A package of this test's own, a mirror in a folder, and an empty cache. Source it after
# tests/lib.sh.
# shellcheck shell=bash

export AIRGAP_PACKAGES=$WORK/packages XDG_CACHE_HOME=$WORK/cache
export DEBIAN_MIRROR=copy:$WORK/mirror DEBIAN_SECURITY_MIRROR=copy:$WORK/mirror-security
unset AIRGAP_SOURCES
FETCHED=$WORK/cache/cozy-airgap/downloads/tiny_1.2+b_all.deb

# make_package [SHA256] pins version 1.2+b of a package "tiny", whose bytes are in $WORK/tiny.
make_package() {
  printf 'the bytes of tiny\n' >"$WORK/tiny"
  mkdir -p "$AIRGAP_PACKAGES/tiny" "$WORK/mirror/pool/t" "$WORK/mirror-security/pool/updates/t"
  printf 'kind deb\nname tiny\nversion 1.2+b\nfile %s %s debian/pool/t/%s\n' \
    "${1:-$(sha256sum <"$WORK/tiny" | cut -d' ' -f1)}" "$(stat -c %s "$WORK/tiny")" \
    'tiny_1.2%2bb_all.deb' >"$AIRGAP_PACKAGES/tiny/pin"
}

# fetch_fails WORDS... runs scripts/fetch, which must end with status 3 and one line with WORDS.
fetch_fails() {
  local status=0 words
  "$ROOT/scripts/fetch" 2>"$WORK/errors" || status=$?
  [ $status -eq 3 ] || fail "scripts/fetch ended with $status, not 3: $(cat "$WORK/errors")"
  for words in "$@"; do
    grep '^fetch: ' "$WORK/errors" | finds -F -- "$words" ||
      fail "the error does not say \"$words\": $(cat "$WORK/errors")"
  done
  [ ! -e "$FETCHED" ] || fail "the file is in the cache all the same"
}
