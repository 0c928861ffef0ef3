# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl"

# DHCP, proxyDHCP and DNS; files are served by our own programs. Leases are counted in uptime: an
# appliance whose clock is set while it serves must not forget them.
build() {
  local left_out=(TFTP SCRIPT AUTH IPSET NFTSET DNSSEC DUMPFILE LOOP INOTIFY) option
  local copts=-DHAVE_BROKEN_RTC
  for option in "${left_out[@]}"; do copts+=" -DNO_$option"; done
  make CC="$CC" CFLAGS="$CFLAGS" LDFLAGS=-s COPTS="$copts" PREFIX=/
  install -D -m 755 src/dnsmasq "$out/bin/dnsmasq"
}
