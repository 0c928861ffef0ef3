# shellcheck shell=bash disable=SC2034,SC2154
depends="zlib xz zstd"
targets="musl host"

# Reading tar through gzip, xz and zstd needs none of its other dependencies.
build() {
  keep_generated
  configure_static --disable-bsdtar --disable-bsdcpio --disable-bsdcat --disable-bsdunzip \
    --disable-acl --disable-xattr --without-bz2lib --without-libb2 --without-iconv \
    --without-lz4 --without-lzo2 --without-cng --without-mbedtls --without-nettle \
    --without-openssl --without-xml2 --without-expat --with-zlib --with-lzma --with-zstd
  # configure goes on without a library that it does not find.
  grep -q 'HAVE_LIBZ 1' config.h
  grep -q 'HAVE_LIBLZMA 1' config.h
  grep -q 'HAVE_LIBZSTD 1' config.h
  make libarchive.la
  make install-libLTLIBRARIES install-includeHEADERS install-pkgconfigDATA DESTDIR="$out"
}
