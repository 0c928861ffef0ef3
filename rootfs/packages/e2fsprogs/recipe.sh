# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl"

# mke2fs and e2fsck with their own libraries inside, and nothing else of it.
build() {
  keep_generated
  # The linker strips: the host's own strip knows this machine's programs only.
  LDFLAGS=-s configure_static --disable-nls --disable-uuidd --disable-fsck \
    --disable-e2initrd-helper --disable-defrag --disable-imager --disable-resizer \
    --disable-debugfs --disable-tdb --disable-bmap-stats --disable-fuse2fs \
    --disable-testio-debug --without-libarchive --with-udev-rules-dir=no --with-crond-dir=no \
    --with-systemd-unit-dir=no
  make subs
  make libs
  make -C misc mke2fs
  make -C e2fsck e2fsck
  install -D -m 755 misc/mke2fs "$out/bin/mke2fs"
  install -D -m 755 e2fsck/e2fsck "$out/bin/e2fsck"
}
