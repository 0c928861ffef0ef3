# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# liblzma alone.
build() {
  keep_generated
  configure_static --disable-xz --disable-xzdec --disable-lzmadec --disable-lzmainfo \
    --disable-lzma-links --disable-scripts --disable-doc --disable-nls --disable-microlzma
  make -C src/liblzma
  make -C src/liblzma install DESTDIR="$out"
}
