# shellcheck shell=bash disable=SC2034,SC2154
depends="openssl zlib"
targets="musl host"

# libcurl for HTTP and HTTPS and nothing else.
build() {
  keep_generated
  LIBS="-lssl -lcrypto -lz" configure_static --with-openssl="$deps" --with-zlib="$deps" \
    --disable-ftp --disable-file --disable-ldap --disable-ldaps --disable-rtsp --disable-dict \
    --disable-telnet --disable-tftp --disable-pop3 --disable-imap --disable-smb --disable-smtp \
    --disable-gopher --disable-mqtt --disable-ipfs --disable-websockets --disable-manual \
    --disable-docs --disable-libcurl-option --disable-ntlm --disable-kerberos-auth \
    --disable-negotiate-auth --disable-aws --disable-tls-srp --disable-unix-sockets \
    --disable-alt-svc --disable-hsts --disable-doh --disable-netrc --disable-sspi \
    --enable-threaded-resolver --without-libpsl --without-libidn2 --without-brotli \
    --without-zstd --without-nghttp2 --without-libssh2 --without-librtmp --without-ca-bundle \
    --without-ca-path
  # configure goes on without a library that it does not find.
  grep -q 'HAVE_LIBZ 1' lib/curl_config.h
  grep -q 'USE_OPENSSL 1' lib/curl_config.h
  make -C lib
  make -C lib install DESTDIR="$out"
  make -C include install DESTDIR="$out"
  make install-pkgconfigDATA DESTDIR="$out"
}
