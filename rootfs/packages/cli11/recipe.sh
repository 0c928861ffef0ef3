# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# Headers only, from the package Debian built, which has its patches applied.
build() {
  mkdir -p "$out/include"
  cp -r usr/include/CLI "$out/include/"
}
