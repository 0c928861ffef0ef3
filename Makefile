# cozy-airgap: `make` alone lists the targets. What is built where: README.md, "Folders".
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BUILD := build
JOBS ?= $(shell nproc)
export AIRGAP_TOP := $(CURDIR)
# Debian's users have no sbin on their PATH; mkfs, depmod and ip need no root here.
export PATH := $(PATH):/usr/sbin:/sbin

##@ Targets
.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: setup ## build everything, boot the appliance in QEMU and leave it serving
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/appliance.iso
	@scripts/run-appliance

.PHONY: stop
stop: ## stop what `make run` started
	@scripts/stop-appliance

.PHONY: test
test: setup ## build everything and run every test
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs peers $(BUILD)/appliance.iso
	@scripts/run-tests

.PHONY: test-arm64
test-arm64: setup ## build the image for arm64 and run its tests
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bin/cozy-airgap $(BUILD)/arm64/appliance.iso
	@scripts/run-tests arm64/

.PHONY: soak
soak: setup ## the long runs: every fuzz target, every fault, in full
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs fuzz-programs $(BUILD)/appliance.iso \
	  $(BUILD)/arm64/appliance.iso
	@scripts/soak

.PHONY: bench
bench: setup ## measure against the peers in one run; tables go to build/bench
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/appliance.iso
	@scripts/bench

.PHONY: lint
lint: setup ## format, style, include arrows, shell scripts
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/deps/host/.complete
	@scripts/lint

.PHONY: image
image: setup ## build build/base.iso and build/appliance.iso
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/appliance.iso

.PHONY: image-arm64
image-arm64: setup ## the same for arm64 machines: build/arm64/base.iso and appliance.iso
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/arm64/appliance.iso

.PHONY: programs
programs: setup ## build the static programs in build/bin
	@$(MAKE) --no-print-directory -j$(JOBS) bin

.PHONY: setup
setup: ## install what the build and the tests need on this machine
	@scripts/setup

.PHONY: peers
peers: # the tests' Go peers
	@scripts/build-peers

.PHONY: fetch
fetch: setup ## download every pinned input; afterwards the build needs no network
	@scripts/fetch

.PHONY: sources
sources: setup ## archive every input into build/sources.tar, for a build without network
	@scripts/sources

.PHONY: update-pins
update-pins: setup ## move every pin to the version that the mirror has now
	@scripts/update-pins

.PHONY: format
format: ## rewrite the C++ sources in the project's format
	@clang-format -i $(ALL_CC) $(ALL_H)

.PHONY: clean
clean: ## delete build/; downloads and built packages stay in the cache
	rm -rf $(BUILD)

include rootfs/packages/packages.mk
include scripts/programs.mk
include images/image.mk
