# Names, keys and places of built packages. Needs common.sh, pin.sh and recipe-env.sh.
# Source it, don't run it.
# shellcheck shell=bash

# compiler_id prints what stands for the compiler in a key.
compiler_id() {
  case $target in
  musl | musl-arm64)
    cat "$PACKAGES/zig/pin" "$ROOT"/scripts/{"$CC","$CXX",zig-ar,zig-ranlib,lib/zig.sh}
    ;;
  host) gcc --version | head -n 1 && ldd --version | head -n 1 ;;
  esac
}

# recipe_get PACKAGE VARIABLE prints one of the recipe's settings.
recipe_get() {
  # shellcheck disable=SC1090 # the recipe is named at run time
  (. "$PACKAGES/$1/recipe.sh" && printf '%s\n' "${!2}")
}

# recipes TARGET prints the packages that are built for it.
recipes() {
  local file name
  for file in "$PACKAGES"/*/recipe.sh; do
    [ -e "$file" ] || continue
    name=${file%/recipe.sh}
    name=${name##*/}
    [[ " $(recipe_get "$name" targets) " != *" ${1%-arm64} "* ]] || printf '%s\n' "$name"
  done
}

# package_key NAME prints the digest of everything that goes into a build: pin, recipe and the
# files beside it, recipe-env.sh, the compiler, and the keys of what it depends on.
package_key() {
  local dependency
  {
    compiler_id
    printf '%s\n' "$target" "$CFLAGS"
    cat "$ROOT/scripts/lib/recipe-env.sh" "$PACKAGES/$1/pin"
    find "$PACKAGES/$1" -type f ! -name pin ! -name about -printf '%P\n' | sort |
      while read -r dependency; do sha256sum <"$PACKAGES/$1/$dependency"; done
    for dependency in $(recipe_get "$1" depends); do package_key "$dependency"; done
  } | sha256sum | cut -c1-16
}

# built NAME prints the folder in the cache that holds (or will hold) its files.
built() {
  printf '%s/built/%s/%s-%s\n' "$CACHE" "$target" "$1" "$(package_key "$1")"
}

# link_into SYSROOT FOLDER links a built package's files into a sysroot.
link_into() {
  local part
  mkdir -p "$1"
  for part in include lib bin share; do
    [ ! -d "$2/$part" ] || cp -rs "$2/$part" "$1/"
  done
}
