# What the TFTP tests share; source it after lib.sh.
# shellcheck shell=bash

# start_tftp SIZE: serves WORK/asset, SIZE bytes that do not repeat, as boot/asset; sets TFTP_PORT.
start_tftp() {
  make_asset_bundle "$1" "$WORK/asset" "$WORK/bundle.tar"
  TFTP_PORT=$(free_port)
  start_serve "$WORK/bundle.tar" --tftp "127.0.0.1:$TFTP_PORT"
}

# make_asset_bundle SIZE ASSET BUNDLE
make_asset_bundle() {
  need_file "$AIRGAP" "make programs"
  head -c "$1" /dev/urandom >"$2"
  "$AIRGAP" bundle create --quiet --name tftp --version 1 --asset "boot/asset=$2" --file "$3"
}
