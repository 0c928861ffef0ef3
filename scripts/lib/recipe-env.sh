# How a package is built. Everything here is part of every package's key: a change builds all of
# them again. Needs common.sh, pin.sh and build-env.sh. Source it, don't run it.
# shellcheck shell=bash
#
# rootfs/packages/<name>/recipe.sh sets
#   depends   names of the packages whose headers and libraries it needs (may be empty)
#   targets   the targets it is built for (musl, host); musl stands for musl-arm64 too
#   *.patch   beside it: applied after debian/patches
#   build()   runs in the unpacked, patched source; installs into $out with prefix /
# and may use
#   $target $machine (x86_64, aarch64) $triplet $out $folder (the package's own)
#   $deps (sysroot with what it depends on)
#   CC CXX AR RANLIB CFLAGS CXXFLAGS CPPFLAGS LDFLAGS, configure_static, keep_generated

# use_target musl|musl-arm64|host sets the compiler for the whole process.
use_target() {
  target=$1 machine=x86_64
  build_triplet=x86_64-pc-linux-gnu
  case $target in
  musl | musl-arm64)
    export CC=zig-cc CXX=zig-c++ AR=zig-ar RANLIB=zig-ranlib
    # When --build and --host are alike, configure tries what it compiles.
    if [ $target = musl ]; then
      build_triplet=x86_64-pc-linux-musl
    else
      export CC=zig-cc-arm64 CXX=zig-c++-arm64
      machine=aarch64
    fi
    triplet=$machine-pc-linux-musl
    export CFLAGS="-O2 -g0 -ffunction-sections -fdata-sections -fstack-protector-strong"
    ;;
  host)
    export CC=gcc CXX=g++ AR=gcc-ar RANLIB=gcc-ranlib
    export CFLAGS="-O1 -g -fno-omit-frame-pointer -fPIE"
    triplet=$build_triplet
    ;;
  *) usage "$1: no such target (musl, musl-arm64 or host)" ;;
  esac
  export CXXFLAGS=$CFLAGS PATH="$ROOT/scripts:$PATH" LC_ALL=C SOURCE_DATE_EPOCH=1735689600
}

# unpack NAME SOURCE makes the source tree, with debian/patches applied, then our own.
unpack() {
  local files file patch
  mapfile -t files < <("$ROOT/scripts/fetch" --print "$1")
  for file in "${files[@]}"; do
    [ -e "$file" ] || die "$1: $file is not fetched: run scripts/fetch"
  done
  case ${files[0]} in
  *.dsc) dpkg-source --no-check -q -x "${files[0]}" "$2" ;;
  *.deb) dpkg-deb -x "${files[0]}" "$2" ;;
  *) mkdir -p "$2" && tar -C "$2" --strip-components=1 -xf "${files[0]}" ;;
  esac
  for patch in "$PACKAGES/$1"/*.patch; do
    [ ! -e "$patch" ] || patch -d "$2" -p1 --batch --fuzz=0 <"$patch"
  done
}

# relocatable FOLDER: pkg-config files say where they are and nothing of where they were built;
# libtool's and CMake's files are not used.
relocatable() {
  local pc
  find "$1" -name '*.la' -delete
  mkdir -p "$1/lib/pkgconfig"
  [ ! -d "$1/share/pkgconfig" ] || mv "$1"/share/pkgconfig/* "$1/lib/pkgconfig/"
  # shellcheck disable=SC2016 # pkg-config expands it
  for pc in "$1"/lib/pkgconfig/*.pc; do
    [ ! -e "$pc" ] || sed -i -E 's,^prefix=.*,prefix=${pcfiledir}/../..,
      s,^(exec_prefix)=/?$,\1=${prefix},; s,^(libdir|includedir)=/+(lib|include),\1=${prefix}/\2,
      s, -L[^ ]*/deps/lib[^ ]*,,g' "$pc"
  done
  rm -rf "${1:?}"/{share,etc,ssl,var,lib/cmake}
}

# run_recipe NAME FOLDER builds FOLDER/source into FOLDER/out; runs in a subshell, talks to a log.
run_recipe() {
  local dependency
  # shellcheck disable=SC2034 # folder, out and deps are the recipe's
  folder=$PACKAGES/$1 out=$2/out deps=$2/deps
  mkdir -p "$out" "$deps/include" "$deps/lib/pkgconfig"
  for dependency in $(recipe_get "$1" depends); do
    link_into "$deps" "$(built "$dependency")"
  done
  export PKG_CONFIG_LIBDIR=$deps/lib/pkgconfig PKG_CONFIG_PATH=
  export CPPFLAGS="-I$deps/include" LDFLAGS="-L$deps/lib"
  CFLAGS+=" -ffile-prefix-map=$2=."
  export CFLAGS CXXFLAGS=$CFLAGS
  # shellcheck disable=SC1090 # the recipe is named at run time
  . "$PACKAGES/$1/recipe.sh"
  cd "$2/source"
  set -x
  build
  set +x
  relocatable "$out"
}

# configure_static ARGS... runs a configure script for static libraries, showing its own log when
# it fails.
configure_static() {
  ./configure --build=$build_triplet --host=$triplet --prefix=/ --disable-shared --enable-static \
    "$@" && return
  tail -n 40 config.log
  return 1
}

# keep_generated stops make from running autoconf again because a patch is newer than configure.
keep_generated() {
  find . -name aclocal.m4 -exec touch {} +
  sleep 0.01
  find . \( -name configure -o -name Makefile.in -o -name '*.h.in' \) -exec touch {} +
}
