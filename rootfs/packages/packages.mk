# Third-party packages: included by the top Makefile, run from the repository's root.
#
#   $(DEPS_MUSL)   build/deps/musl is complete (include, lib, bin/busybox)
#   $(DEPS_HOST)   build/deps/host is complete (include, lib)

PACKAGE_INPUTS := $(wildcard rootfs/packages/*/*) scripts/build-package scripts/build-packages \
  scripts/check-compiler $(wildcard scripts/zig-*) $(wildcard scripts/lib/*.sh)
DEPS_MUSL := build/deps/musl/.complete
DEPS_HOST := build/deps/host/.complete

$(DEPS_MUSL): $(PACKAGE_INPUTS)
	+@scripts/build-packages musl

$(DEPS_HOST): $(PACKAGE_INPUTS)
	+@scripts/build-packages host
