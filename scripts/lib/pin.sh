# Reads rootfs/packages/<name>/pin. Needs common.sh. Source it, don't run it.
# shellcheck shell=bash
#
# A pin is lines of words:
#   kind     deb-source | deb | wheel | within
#   name     the Debian package, with ":arm64" behind it for that architecture, or wheel (for
#            "within": the package whose files it lives in)
#   follow   (deb only) a metapackage whose dependency gives the name when pins are updated
#   part     (deb-source only) "orig" for the upstream tarball without Debian's packaging
#   version  exactly this one
#   file     sha256 size path     (path: archive/pool/... for Debian, the file name for a wheel)

# pin_names prints every package that has a pin.
pin_names() {
  local pin
  for pin in "$PACKAGES"/*/pin; do
    [ -e "$pin" ] || continue
    pin=${pin%/pin}
    printf '%s\n' "${pin##*/}"
  done
}

# pin_get PACKAGE FIELD prints the value, nothing when there is none.
pin_get() {
  local key value
  while read -r key value; do
    if [ "$key" = "$2" ]; then
      printf '%s\n' "$value"
      return 0
    fi
  done <"$PACKAGES/$1/pin"
}

# pin_files PACKAGE prints "sha256 size path" for each file.
pin_files() {
  local key value
  while read -r key value; do
    [ "$key" != file ] || printf '%s\n' "$value"
  done <"$PACKAGES/$1/pin"
}

# about_get PACKAGE FIELD reads the hand-written half: why, licence (SPDX), licence-file (in the
# source; {name} is the pinned name), licence-sha256, licence-package (when another holds it).
about_get() {
  local key value name
  [ -e "$PACKAGES/$1/about" ] || return 0
  while IFS=: read -r key value; do
    if [ "$key" = "$2" ]; then
      value=${value# }
      name=$(pin_get "$1" name)
      printf '%s\n' "${value//\{name\}/${name%:*}}"
      return 0
    fi
  done <"$PACKAGES/$1/about"
}

# require_pin PACKAGE ends the script when there is no such package.
require_pin() {
  [ -e "$PACKAGES/$1/pin" ] ||
    die "$1: no such package (no pin in rootfs/packages/$1); there are: $(pin_names | tr '\n' ' ')"
}

# decoded TEXT prints a URI's file name as plain text: apt writes + and ~ as %2b and %7e.
decoded() {
  printf '%b' "${1//%/\\x}"
}

# download_of PATH prints where a pinned file is kept; Debian's file names are unique.
download_of() {
  printf '%s/%s\n' "$DOWNLOADS" "$(decoded "${1##*/}")"
}
