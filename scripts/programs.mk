# Our own C++: static programs for the appliance (musl, by zig), and the same sources with the
# host's g++ under sanitizers for tests. Every .cc is found by its name:
#   services/cmd/x.cc -> build/bin/<program>    *_test.cc -> one test program each
#   *_fuzz.cc -> one fuzz target each           *_testing.cc -> linked into tests and fuzz targets
#   everything else -> one library per variant

CC_FOLDERS := bundle-store services images
ALL_CC := $(sort $(shell find $(CC_FOLDERS) -name '*.cc'))
ALL_H := $(sort $(shell find $(CC_FOLDERS) -name '*.h'))
TEST_CC := $(filter %_test.cc,$(ALL_CC))
FUZZ_CC := $(filter %_fuzz.cc,$(ALL_CC))
CMD_CC := $(filter services/cmd/%,$(ALL_CC))
TESTING_CC := $(filter %_testing.cc,$(ALL_CC))
LIB_CC := $(filter-out $(TEST_CC) $(FUZZ_CC) $(CMD_CC) $(TESTING_CC) \
  bundle-store/base/fuzz_main.cc,$(ALL_CC))

# Command lines are in no unit test: what parses them takes longest to compile, and is compiled for
# the programs alone.
COMMAND_CC := $(shell grep -l 'CLI/CLI.hpp' services/cli/*.cc)
TESTED_CC := $(filter-out $(COMMAND_CC),$(LIB_CC))

# Rooms in which nothing runs beside anything else: there is no race to be found in them.
ONE_THREAD := services/confine/% services/console/% services/mirrors/% services/site/%

PROGRAMS := $(patsubst services/cmd/%.cc,%,$(CMD_CC))
# The file is cozy_airgap.cc, the program cozy-airgap; the console's has the project's name.
program_name = $(if $(filter console,$1),airgap-console,$(subst _,-,$1))

WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Werror
COMMON_FLAGS := -std=c++20 $(WARNINGS) -MMD -MP -Ibundle-store -Iservices -Iimages
LIBS := -lmicrohttpd -lsqlite3 -larchive -lcurl -lssl -lcrypto -lyyjson -lyaml -lqrcodegen -lzstd \
  -llzma -lz
CCACHE := $(shell command -v ccache 2>/dev/null)
export CCACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/cozy-airgap/ccache
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
export CCACHE_COMPILERCHECK := content
# What the wrappers of the compiler are made of: they themselves stay the same.
export CCACHE_EXTRAFILES := rootfs/packages/zig/pin:scripts/lib/zig.sh

# One variant: $1 name, $2 compiler, $3 flags, $4 sysroot, $5 sources of its library.
define variant
$(BUILD)/$1/%.o: %.cc $(BUILD)/deps/$4/.complete
	@mkdir -p $$(@D)
	@echo "  $1  $$<"
	@$$(CCACHE) $2 $$(COMMON_FLAGS) $3 -isystem $(BUILD)/deps/$4/include -c $$< -o $$@

$(BUILD)/$1/libairgap.a: $(5:%.cc=$(BUILD)/$1/%.o)
	@rm -f $$@
	@ar rcsD $$@ $$^

$(BUILD)/$1/libtesting.a: $(TESTING_CC:%.cc=$(BUILD)/$1/%.o)
	@rm -f $$@
	@ar rcsD $$@ $$^

-include $(ALL_CC:%.cc=$(BUILD)/$1/%.d)
endef

ASAN_FLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined
TSAN_FLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread
FUZZ_FLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
  -fno-sanitize-recover=undefined
# musl's CMSG_NXTHDR compares signed with unsigned; g++ still looks at our own comparisons.
MUSL_FLAGS := -Wno-sign-compare -O2 -fPIE -ffunction-sections -fdata-sections \
  -fstack-protector-strong

$(eval $(call variant,musl,scripts/zig-c++,$(MUSL_FLAGS),musl,$(LIB_CC)))
$(eval $(call variant,musl-arm64,scripts/zig-c++-arm64,$(MUSL_FLAGS),musl-arm64,$(LIB_CC)))
$(eval $(call variant,asan,g++,$(ASAN_FLAGS),host,$(TESTED_CC)))
$(eval $(call variant,tsan,g++,$(TSAN_FLAGS),host,$(filter-out $(ONE_THREAD),$(TESTED_CC))))
$(eval $(call variant,libfuzzer,clang++,$(FUZZ_FLAGS),host,$(TESTED_CC)))

# Programs: $1 name, $2 variant, $3 compiler, $4 folder.
define program
$4/$(call program_name,$1): $(BUILD)/$2/services/cmd/$1.o $(BUILD)/$2/libairgap.a
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	@$3 $$(MUSL_FLAGS) -static-pie -Wl,--gc-sections -s -o $$@ $$^ -L$(BUILD)/deps/$2/lib $$(LIBS)
endef
$(foreach name,$(PROGRAMS), \
  $(eval $(call program,$(name),musl,scripts/zig-c++,$(BUILD)/bin)) \
  $(eval $(call program,$(name),musl-arm64,scripts/zig-c++-arm64,$(BUILD)/arm64/bin)))
BIN_FILES := $(foreach name,$(PROGRAMS),$(BUILD)/bin/$(call program_name,$(name)))

.PHONY: bin
bin: $(BIN_FILES)

# Tests under both sanitizers, and fuzz targets.
define test_program
$(BUILD)/$1/tests/$(basename $(notdir $2)): $(2:%.cc=$(BUILD)/$1/%.o) $(BUILD)/$1/libtesting.a \
  $(BUILD)/$1/libairgap.a
	@mkdir -p $$(@D)
	@g++ $3 -o $$@ $$^ -L$(BUILD)/deps/host/lib -lcmocka $$(LIBS) -pthread -ldl
TEST_FILES += $(BUILD)/$1/tests/$(basename $(notdir $2))
endef
TEST_FILES :=
$(foreach test,$(TEST_CC),$(eval $(call test_program,asan,$(test),$(ASAN_FLAGS))))
$(foreach test,$(filter-out $(ONE_THREAD),$(TEST_CC)), \
  $(eval $(call test_program,tsan,$(test),$(TSAN_FLAGS))))

# In `make test` a fuzz target runs a sample of seeded mutations under a driver of our own;
# `make soak` links the same target with libFuzzer.
define fuzz_program
$(BUILD)/asan/fuzz/$(basename $(notdir $1)): $(1:%.cc=$(BUILD)/asan/%.o) \
  $(BUILD)/asan/bundle-store/base/fuzz_main.o $(BUILD)/asan/libtesting.a \
  $(BUILD)/asan/libairgap.a
	@mkdir -p $$(@D)
	@g++ $(ASAN_FLAGS) -o $$@ $$^ -L$(BUILD)/deps/host/lib $$(LIBS) -pthread -ldl
TEST_FILES += $(BUILD)/asan/fuzz/$(basename $(notdir $1))
endef
$(foreach fuzz,$(FUZZ_CC),$(eval $(call fuzz_program,$(fuzz))))

.PHONY: test-programs
test-programs: $(TEST_FILES) $(BIN_FILES)

# Each libFuzzer target is linked from objects that all of them share.
define libfuzzer_program
$(BUILD)/libfuzzer/fuzz/$(basename $(notdir $1)): $(1:%.cc=$(BUILD)/libfuzzer/%.o) \
  $(BUILD)/libfuzzer/libtesting.a $(BUILD)/libfuzzer/libairgap.a
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	@clang++ -fsanitize=fuzzer,address,undefined -o $$@ $$^ -L$(BUILD)/deps/host/lib $$(LIBS) \
	  -pthread -ldl
LIBFUZZER_FILES += $(BUILD)/libfuzzer/fuzz/$(basename $(notdir $1))
endef
LIBFUZZER_FILES :=
$(foreach fuzz,$(FUZZ_CC),$(eval $(call libfuzzer_program,$(fuzz))))

.PHONY: fuzz-programs
fuzz-programs: $(LIBFUZZER_FILES)
