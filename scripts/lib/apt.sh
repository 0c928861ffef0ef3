# Debian 13 through a private apt root: the host's mirror and keyring, none of its state.
# Needs common.sh. Source it, don't run it.
# shellcheck shell=bash

RELEASE=trixie
APT_ROOT=$CACHE/apt

# host_mirrors prints "uri suite components" for every enabled Debian-like entry of the host's
# apt, from both file formats.
host_mirrors() {
  local dir=${AIRGAP_HOST_APT:-/etc/apt} file
  for file in "$dir"/sources.list "$dir"/sources.list.d/*.list; do
    [ -e "$file" ] || continue
    sed -E 's/#.*//; s/\[[^]]*\]//' "$file" | awk '$1 == "deb" { uri = $2; suite = $3
      $1 = $2 = $3 = ""; print uri, suite, $0 }'
  done
  for file in "$dir"/sources.list.d/*.sources; do
    [ -e "$file" ] || continue
    awk -v RS= -F'\n' '{
      types = uris = suites = components = ""; enabled = 1
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^#/) continue
        key = tolower($i); sub(/:.*/, "", key); value = $i; sub(/^[^:]*:[ \t]*/, "", value)
        if (key == "types") types = " " value " "
        if (key == "uris") uris = value
        if (key == "suites") suites = value
        if (key == "components") components = value
        if (key == "enabled" && tolower(value) ~ /^(no|false|0)/) enabled = 0
      }
      if (!enabled || types !~ / deb /) next
      nu = split(uris, u, /[ \t]+/); ns = split(suites, s, /[ \t]+/)
      for (a = 1; a <= nu; a++) for (b = 1; b <= ns; b++) print u[a], s[b], components
    }' "$file"
  done
}

# mirror_for SUFFIX prints the host's mirror for its own release ("") or for its security
# updates ("-security"). Third-party archives reuse Debian's suite names; one whose path ends
# in debian or debian-security is preferred.
mirror_for() {
  local suffix=$1 codename
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  host_mirrors | awk -v want="${codename:-none}$suffix" -v other="trixie$suffix" \
    -v tail="/debian$suffix/?$" '
    ($2 == want || $2 == other || $2 == "stable" (tail ~ /security/ ? "-security" : "")) &&
    / main( |$)/ && $1 ~ /^(https?|file|copy):/ {
      sub(/\/$/, "", $1)
      if ($1 ~ tail) { print $1; found = 1; exit }
      if (first == "") first = $1
    }
    END { if (!found && first != "") print first }'
}

# debian_mirror ARCHIVE prints the base URI of "debian" or "debian-security".
debian_mirror() {
  local uri
  case $1 in
  debian) uri=${DEBIAN_MIRROR:-$(mirror_for "")} ;;
  debian-security)
    uri=${DEBIAN_SECURITY_MIRROR:-${DEBIAN_MIRROR:+${DEBIAN_MIRROR%/}-security}}
    uri=${uri:-$(mirror_for -security)}
    ;;
  *) die "$1: not an archive (debian or debian-security)" ;;
  esac
  printf '%s\n' "${uri%/}"
}

# debian_keyring prints the host's keyring, which must know this release.
debian_keyring() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    [ -e "$file" ] || continue
    if compgen -G "/usr/share/keyrings/debian-archive-$RELEASE-stable.*" >/dev/null; then
      printf '%s\n' "$file"
      return
    fi
  done
  die "the host's Debian keyring does not know $RELEASE: run scripts/setup (it upgrades" \
    "debian-archive-keyring)"
}

# apt_private COMMAND ARGS... runs one of apt's programs against the private root. Hosts made for
# containers turn apt's cache off, which would read every list again for every question.
apt_private() {
  APT_CONFIG=$APT_ROOT/apt.conf "$1" -o Dir::Cache::pkgcache=pkgcache.bin \
    -o Dir::Cache::srcpkgcache=srcpkgcache.bin "${@:2}"
}

# apt_update makes the private root and refreshes its lists; apt checks the signatures.
apt_update() {
  local debian security keyring
  debian=$(debian_mirror debian)
  security=$(debian_mirror debian-security)
  keyring=$(debian_keyring)
  [ -n "$debian" ] || die "no Debian mirror in the host's apt configuration: set DEBIAN_MIRROR"
  mkdir -p "$APT_ROOT"/{etc/preferences.d,state/lists/partial,cache/archives/partial}
  : >"$APT_ROOT/state/status"
  {
    printf 'Types: deb deb-src\nURIs: %s\nSuites: %s %s-updates\n' "$debian" $RELEASE $RELEASE
    printf 'Components: main non-free-firmware\nArchitectures: amd64 arm64\nSigned-By: %s\n' \
      "$keyring"
    if [ -n "$security" ]; then
      printf '\nTypes: deb deb-src\nURIs: %s\nSuites: %s-security\n' "$security" $RELEASE
      printf 'Components: main non-free-firmware\nArchitectures: amd64 arm64\nSigned-By: %s\n' \
        "$keyring"
    else
      say "no security mirror in the host's apt configuration: using $RELEASE without it"
    fi
  } >"$APT_ROOT/etc/debian.sources"
  cat >"$APT_ROOT/apt.conf" <<CONF
Dir::Etc::sourcelist "$APT_ROOT/etc/none";
Dir::Etc::sourceparts "$APT_ROOT/etc/";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$APT_ROOT/etc/preferences.d";
Dir::State "$APT_ROOT/state";
Dir::State::status "$APT_ROOT/state/status";
Dir::Cache "$APT_ROOT/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
CONF
  apt_private apt-get -qq -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::Retries=3 update || die "the package lists of $debian could not be read or verified"
}
