# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl"

# configure_busybox takes the applets that the file beside this one names, with their usual
# options.
configure_busybox() {
  local line name
  make allnoconfig
  sed -i -e '/^# CONFIG_FEATURE_/d' -e '/^CONFIG_[A-Z0-9_]*=[^yn]/d' .config
  while read -r line; do
    name=$(printf '%s\n' "$line" | grep -oE 'CONFIG_[A-Z0-9_]+') || continue
    sed -i -E "/^(# )?$name(=| is not set)/d" .config
    printf '%s\n' "$line" >>.config
  done <"$folder/config"
  # It asks about the options that come with them; an empty line is the default.
  { yes "" || true; } | make oldconfig
  while read -r line; do
    [[ $line != CONFIG_* ]] || grep -qxF -- "$line" .config || {
      echo "the configuration does not keep $line"
      return 1
    }
  done <"$folder/config"
}

build() {
  # zig's linker has no --warn-common, -Map and --verbose, which are for information only.
  sed -i 's/echo "-Wl,--warn-common.*"/:/' scripts/trylink
  configure_busybox
  # The linker strips: the host's own strip knows this machine's programs only. Pointers that are
  # set once are no constants: clang reads them before they are set (for arm64 awk crashes).
  make CC="$CC" HOSTCC=gcc AR="$AR" SKIP_STRIP=y CONFIG_EXTRA_LDFLAGS=-s \
    CONFIG_EXTRA_CFLAGS="$CFLAGS -DBB_GLOBAL_CONST=" busybox busybox.links
  install -D -m 755 busybox "$out/bin/busybox"
  sed 's|.*/||' busybox.links | sort >busybox.list
  install -D -m 644 .config "$out/lib/busybox/config"
  install -D -m 644 busybox.list "$out/lib/busybox/applets"
}
