# Runs the pinned zig for the wrappers zig-cc, zig-c++ (both also with -arm64), zig-ar and
# zig-ranlib. POSIX sh and no subprocess: this is on the way of every compilation. Source it with $0
# being the wrapper.
# shellcheck shell=sh

zig_scripts=${0%/*}
zig_cache=${XDG_CACHE_HOME:-$HOME/.cache}/cozy-airgap
zig_version=
while read -r zig_key zig_value; do
  [ "$zig_key" = version ] && zig_version=$zig_value && break
done <"$zig_scripts/../rootfs/packages/zig/pin"
zig=$zig_cache/zig/$zig_version/ziglang/zig
if [ ! -x "$zig" ]; then
  echo "${0##*/}: zig $zig_version is not unpacked: run \`scripts/build-packages musl\`" >&2
  exit 3
fi
export ZIG_GLOBAL_CACHE_DIR="$zig_cache/zig-cache" ZIG_LOCAL_CACHE_DIR="$zig_cache/zig-cache"

# zig_compile MACHINE cc|c++ ARGS...: position independent, static, for any x86_64 or aarch64
# (zig's default for a named target); -O2 comes first so that a caller's own -O wins, and so that
# libc++ is not built in zig's debug mode. zig turns UBSan's traps on by itself; the sanitized
# builds are the host compiler's work. `-static-pie` gives an executable that is not one (zig 0.16):
# `-static -pie` does. Source on standard input needs its language said, or zig's clang sees the
# host's headers.
zig_compile() {
  zig_machine=$1 zig_tool=$2
  shift 2
  zig_mode='-static -pie'
  for zig_argument; do
    case $zig_argument in
    -c | -E | -S | -M | -MM) zig_mode= ;;
    -)
      zig_mode='-x c'
      [ "$zig_tool" = cc ] || zig_mode='-x c++'
      break
      ;;
    esac
  done
  # shellcheck disable=SC2086 # zig_mode is words
  exec "$zig" "$zig_tool" -target "$zig_machine-linux-musl" -O2 -fPIE -fno-sanitize=undefined \
    $zig_mode "$@"
}
