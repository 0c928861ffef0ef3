#!/usr/bin/env bash
# Both of apt's formats are understood; third-party archives and disabled entries are not taken.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$ROOT/scripts/lib/common.sh"
. "$ROOT/scripts/lib/apt.sh"
unset DEBIAN_MIRROR DEBIAN_SECURITY_MIRROR
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
export AIRGAP_HOST_APT=$WORK/apt
mkdir -p "$WORK/apt/sources.list.d"

cat >"$WORK/apt/sources.list" <<LIST
deb http://other.invalid/things $codename main
# deb http://commented.invalid/debian $codename main
deb [arch=amd64 signed-by=/x.gpg] http://one.invalid/debian/ $codename main contrib
deb-src http://source.invalid/debian $codename main
deb http://one.invalid/debian-security $codename-security main
LIST
expect "list" "$(debian_mirror debian)" http://one.invalid/debian
expect "list, security" "$(debian_mirror debian-security)" http://one.invalid/debian-security

rm "$WORK/apt/sources.list"
cat >"$WORK/apt/sources.list.d/debian.sources" <<LIST
Types: deb
URIs: http://off.invalid/debian
Suites: $codename
Components: main
Enabled: no

Types: deb deb-src
URIs: http://two.invalid/debian
Suites: $codename $codename-updates
Components: main non-free-firmware
# a comment
Signed-By: /x.gpg

Types: deb
URIs: https://packages.invalid/tool
Suites: $codename
Components: stable
LIST
expect "deb822" "$(debian_mirror debian)" http://two.invalid/debian
expect "no security archive" "$(debian_mirror debian-security)" ""
expect "said by hand" "$(DEBIAN_MIRROR=http://three.invalid/debian debian_mirror debian)" \
  http://three.invalid/debian
