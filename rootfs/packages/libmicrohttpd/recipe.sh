# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# TLS is done in front of it by OpenSSL; it would only know GnuTLS.
build() {
  keep_generated
  configure_static --disable-https --disable-doc --disable-examples --disable-curl \
    --disable-tools --disable-nls --disable-bauth --disable-dauth --disable-postprocessor \
    --disable-experimental --enable-epoll --enable-sendfile
  make -C src/microhttpd libmicrohttpd.la
  make -C src/microhttpd install-exec install-data DESTDIR="$out"
  make -C src/include install DESTDIR="$out"
  make install-pkgconfigDATA DESTDIR="$out"
}
