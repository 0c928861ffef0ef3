# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# TLS 1.2 and 1.3, X.509, PEM, SHA and AES-GCM / ChaCha20: what a registry and its clients use; CMS
# for machine configs that lie encrypted in a site file.
# Post-quantum key exchange (ML-KEM) stays: today's clients offer it first. async needs
# makecontext, which musl does not have.
left_out=(apps tests docs module engine dso legacy comp async afalgeng uplink fips
  ssl3 tls1 tls1_1 dtls quic psk srp srtp nextprotoneg ct ts cmp rfc3779 gost
  aria bf camellia cast idea md4 mdc2 rc2 rc4 rmd160 seed siphash sm2 sm3 sm4 whirlpool blake2
  ml-dsa slh-dsa ocb argon2 ui-console)

build() {
  local options=() option
  for option in "${left_out[@]}"; do options+=("no-$option"); done
  ./Configure "linux-$machine" --prefix=/ --libdir=lib --openssldir=/etc/ssl no-shared enable-ktls \
    "${options[@]}"
  make build_generated
  # Configure leaves kernel TLS out without a word when it does not find linux/tls.h.
  if grep -q 'define OPENSSL_NO_KTLS' include/openssl/configuration.h; then return 1; fi
  make libcrypto.a libssl.a libcrypto.pc libssl.pc openssl.pc
  install -d "$out/include" "$out/lib/pkgconfig"
  cp -r include/openssl "$out/include/"
  rm -f "$out"/include/openssl/*.in
  install -m 644 libcrypto.a libssl.a "$out/lib/"
  make install_dev DESTDIR="$out"
}
