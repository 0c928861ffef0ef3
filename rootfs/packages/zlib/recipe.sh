# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

build() {
  CHOST=$triplet ./configure --static --prefix=/ --libdir=/lib --includedir=/include
  make libz.a
  make install-libs DESTDIR="$out"
  install -D -m 644 -t "$out/include" zlib.h zconf.h
}
