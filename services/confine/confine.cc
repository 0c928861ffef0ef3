#include "confine/confine.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "confine/syscall_filter.h"

namespace airgap {
namespace {

// 1,000 connections, each with a socket and, without kernel TLS, a pair of them behind it.
constexpr rlim_t kOpenFilesMax = 8192;
constexpr size_t kUserLineMaxBytes = 1024;
constexpr unsigned kBitsPerWord = 32;

// In the order of linux/capability.h.
constexpr std::string_view kNames[] = {
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
};
static_assert(std::size(kNames) == CAP_CHECKPOINT_RESTORE + 1);

Status Refused(const std::string& doing) { return ErrnoStatus(errno, "cannot " + doing); }

Status SetLimit(int what, rlim_t most, const char* name) {
  rlimit limit{most, most};
  if (setrlimit(what, &limit) != 0) return Refused(std::string("limit ") + name);
  return OkStatus();
}

Status SetLimits(const Confinement& confinement) {
  RETURN_IF_ERROR(SetLimit(RLIMIT_NOFILE, kOpenFilesMax, "open files"));
  RETURN_IF_ERROR(SetLimit(RLIMIT_CORE, 0, "core files"));
  if (confinement.memory_bytes == 0) return OkStatus();
  return SetLimit(RLIMIT_DATA, confinement.memory_bytes, "memory");
}

bool Keeps(const Confinement& confinement, unsigned capability) {
  const std::vector<unsigned>& kept = confinement.capabilities;
  return std::find(kept.begin(), kept.end(), capability) != kept.end();
}

// What no program can get back, whatever it is.
Status DropBounding(const Confinement& confinement) {
  for (unsigned capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if (Keeps(confinement, capability)) continue;
    if (prctl(PR_CAPBSET_DROP, capability) != 0) return Refused("drop a capability");
  }
  return OkStatus();
}

Status BecomeUser(const std::string& name) {
  passwd user{};
  passwd* found = nullptr;
  char buffer[kUserLineMaxBytes];
  getpwnam_r(name.c_str(), &user, buffer, sizeof buffer, &found);
  if (found == nullptr) return NotFound("there is no user " + name);
  // The capabilities that it keeps go with it.
  if (prctl(PR_SET_KEEPCAPS, 1) != 0) return Refused("keep capabilities");
  if (initgroups(user.pw_name, user.pw_gid) != 0) return Refused("take the groups of " + name);
  if (setresgid(user.pw_gid, user.pw_gid, user.pw_gid) != 0 ||
      setresuid(user.pw_uid, user.pw_uid, user.pw_uid) != 0) {
    return Refused("become " + name);
  }
  return OkStatus();
}

// Ambient, so that a program that is started keeps them: but for root, which gets by the bounding
// set what it gets.
Status SetCapabilities(const Confinement& confinement) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (unsigned capability : confinement.capabilities) {
    __user_cap_data_struct& word = data[capability / kBitsPerWord];
    uint32_t bit = 1U << (capability % kBitsPerWord);
    word.effective |= bit;
    word.permitted |= bit;
    word.inheritable |= bit;
  }
  if (syscall(SYS_capset, &header, data) != 0) return Refused("set capabilities");
  for (unsigned capability : confinement.capabilities) {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) {
      return Refused("keep a capability");
    }
  }
  return OkStatus();
}

}  // namespace

Result<unsigned> CapabilityNumber(std::string_view name) {
  const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) {
    return InvalidArgument(std::string(name) + " is no capability; want one like NET_ADMIN");
  }
  return static_cast<unsigned>(found - std::begin(kNames));
}

Status Confine(const Confinement& confinement) {
  RETURN_IF_ERROR(SetLimits(confinement));
  RETURN_IF_ERROR(DropBounding(confinement));
  RETURN_IF_ERROR(BecomeUser(confinement.user));
  RETURN_IF_ERROR(SetCapabilities(confinement));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Refused("give up new privileges");
  return InstallSyscallFilter(confinement.capabilities);
}

}  // namespace airgap
