# shellcheck shell=bash disable=SC2034,SC2154
depends=""
targets="musl host"

# One C file; the settings are what its CMake finds on any Linux.
build() {
  local have defines=()
  for have in ASSERT_H INTTYPES_H MALLOC_H MEMORY_H SETJMP_H SIGNAL_H STDARG_H STDDEF_H STDINT_H \
    STDIO_H STDLIB_H STRING_H STRINGS_H SYS_STAT_H SYS_TYPES_H TIME_H UNISTD_H STRUCT_TIMESPEC \
    UINTPTR_T CALLOC EXIT FPRINTF FREE LONGJMP SIGLONGJMP MALLOC MEMCPY MEMSET PRINTF SETJMP \
    SIGNAL STRSIGNAL STRCMP SNPRINTF VSNPRINTF CLOCK_GETTIME CLOCK_REALTIME \
    GCC_THREAD_LOCAL_STORAGE; do
    defines+=("-DHAVE_$have=1")
  done
  # shellcheck disable=SC2086 # flags are words
  $CC $CFLAGS -D_GNU_SOURCE "${defines[@]}" -Iinclude -c src/cmocka.c -o cmocka.o
  $AR rcs libcmocka.a cmocka.o
  install -D -m 644 include/cmocka.h "$out/include/cmocka.h"
  install -D -m 644 libcmocka.a "$out/lib/libcmocka.a"
}
