# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

build() {
  # shellcheck disable=SC2086 # flags are words
  $CC $CFLAGS -c src/yyjson.c -o yyjson.o
  $AR rcs libyyjson.a yyjson.o
  install -D -m 644 src/yyjson.h "$out/include/yyjson.h"
  install -D -m 644 libyyjson.a "$out/lib/libyyjson.a"
}
