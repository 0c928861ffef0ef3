# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# Debian's source has no configure script; all that it would find out is the version.
build() {
  local file
  for file in api reader scanner parser loader writer emitter dumper; do
    # shellcheck disable=SC2086 # flags are words
    $CC $CFLAGS -Iinclude -DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2 -DYAML_VERSION_PATCH=5 \
      -DYAML_VERSION_STRING='"0.2.5"' -c "src/$file.c" -o "$file.o"
  done
  $AR rcs libyaml.a ./*.o
  install -D -m 644 include/yaml.h "$out/include/yaml.h"
  install -D -m 644 libyaml.a "$out/lib/libyaml.a"
}
