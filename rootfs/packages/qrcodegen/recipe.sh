# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

build() {
  # shellcheck disable=SC2086 # flags are words
  $CC $CFLAGS -c c/qrcodegen.c -o qrcodegen.o
  $AR rcs libqrcodegen.a qrcodegen.o
  install -D -m 644 c/qrcodegen.h "$out/include/qrcodegen.h"
  install -D -m 644 libqrcodegen.a "$out/lib/libqrcodegen.a"
}
