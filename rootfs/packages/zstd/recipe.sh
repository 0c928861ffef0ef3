# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

build() {
  make -C lib libzstd.a ZSTD_LEGACY_SUPPORT=0 ZSTD_LIB_DEPRECATED=0 ZSTD_LIB_DICTBUILDER=0
  make -C lib install-static install-includes install-pc PREFIX=/ LIBDIR=/lib DESTDIR="$out" \
    ZSTD_LEGACY_SUPPORT=0 ZSTD_LIB_DEPRECATED=0 ZSTD_LIB_DICTBUILDER=0
}
