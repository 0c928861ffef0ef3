# Third-party packages: included by the top Makefile, run from the repository's root.
#
#   build/deps/musl/.complete         for the amd64 appliance: include, lib, bin/busybox
#   build/deps/musl-arm64/.complete   the same for the arm64 appliance
#   build/deps/host/.complete         for tests: include, lib

PACKAGE_INPUTS := $(wildcard rootfs/packages/*/*) scripts/build-package scripts/build-packages \
  scripts/check-compiler $(wildcard scripts/zig-*) $(wildcard scripts/lib/*.sh)

build/deps/musl/.complete build/deps/musl-arm64/.complete build/deps/host/.complete: \
  build/deps/%/.complete: $(PACKAGE_INPUTS)
	+@scripts/build-packages $*
