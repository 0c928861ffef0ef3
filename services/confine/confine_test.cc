#include "confine/confine.h"

#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

#include "base/testing.h"
#include "confine/syscall_filter.h"

namespace airgap {
namespace {

// Runs `check` in a process of its own that has confined itself; 0 is what it must give.
int InProcess(const std::function<int()>& check) {
  pid_t child = fork();
  if (child == 0) _exit(check());
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

std::string StatusLine(const char* key) {
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key)) return line.substr(line.find_first_not_of(":\t ", strlen(key)));
  }
  return "";
}

bool IsRefused(long result, int error = EPERM) { return result == -1 && errno == error; }

void CapabilitiesHaveTheirNames(void**) {
  auto admin = CapabilityNumber("NET_ADMIN");
  ASSERT_OK(admin);
  assert_int_equal(*admin, CAP_NET_ADMIN);
  auto last = CapabilityNumber("CHECKPOINT_RESTORE");
  ASSERT_OK(last);
  assert_int_equal(*last, CAP_CHECKPOINT_RESTORE);
  for (const char* bad : {"", "net_admin", "CAP_NET_ADMIN", "NET"}) {
    ASSERT_CODE(CapabilityNumber(bad).status(), Code::kInvalidArgument);
  }
}

// Needs no rights: any process may refuse itself something.
void CallsAreRefusedUnlessTheCapabilityIsGranted(void**) {
  auto with = [](std::vector<unsigned> capabilities, const std::function<bool()>& is_as_wanted) {
    return InProcess([&] {
      if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 2;
      if (!InstallSyscallFilter(capabilities).ok()) return 3;
      return is_as_wanted() ? 0 : 1;
    });
  };
  // Without the filter the kernel would say EFAULT or EINVAL, whoever asks.
  assert_int_equal(with({},
                        [] {
                          return IsRefused(syscall(SYS_bpf, -1, nullptr, 0)) &&
                                 IsRefused(syscall(SYS_userfaultfd, -1)) &&
                                 IsRefused(syscall(SYS_personality, 0xffffffff)) &&
                                 IsRefused(syscall(SYS_io_uring_setup, 0, nullptr)) &&
                                 IsRefused(syscall(SYS_unshare, 0)) &&
                                 IsRefused(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)) &&
                                 IsRefused(syscall(SYS_umount2, "/no/such/place", -1)) &&
                                 IsRefused(syscall(SYS_clone3, nullptr, 0), ENOSYS) &&
                                 IsRefused(syscall(SYS_clone, CLONE_NEWUSER, nullptr));
                        }),
                   0);
  assert_int_equal(with({CAP_SYS_ADMIN},
                        [] {
                          bool is_asked = syscall(SYS_umount2, "/no/such/place", -1) == -1;
                          return is_asked && errno != EPERM &&
                                 IsRefused(syscall(SYS_bpf, -1, nullptr, 0));
                        }),
                   0);
#if defined(__x86_64__)
  constexpr long kX32Getpid = 0x40000000 + 39;
  assert_int_equal(with({}, [] { return IsRefused(syscall(kX32Getpid), ENOSYS); }), 0);
#endif
  // And what a service is made of goes on.
  assert_int_equal(with({}, [] { return InProcess([] { return 0; }) == 0 && getpid() > 0; }), 0);
}

void AServiceKeepsWhatItWasGrantedAlone(void**) {
  if (geteuid() != 0) skip();
  Confinement confinement;
  confinement.user = "nobody";
  confinement.capabilities = {CAP_NET_BIND_SERVICE};
  confinement.memory_bytes = uint64_t{1} << 50;  // sanitizers map terabytes
  assert_int_equal(InProcess([&] {
                     if (!Confine(confinement).ok()) return 2;
                     for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
                       if (StatusLine(set) != "0000000000000400") return 3;
                     }
                     rlimit data{};
                     rlimit core{};
                     getrlimit(RLIMIT_DATA, &data);
                     getrlimit(RLIMIT_CORE, &core);
                     bool is_limited = data.rlim_max == confinement.memory_bytes;
                     if (!is_limited || core.rlim_max != 0) return 4;
                     if (StatusLine("NoNewPrivs") != "1" || StatusLine("Seccomp:") != "2") return 5;
                     return geteuid() != 0 && getegid() != 0 && setuid(0) != 0 ? 0 : 6;
                   }),
                   0);
}

void WhatCannotBeSetUpIsAnError(void**) {
  if (geteuid() != 0) skip();
  assert_int_equal(InProcess([] {
                     Confinement confinement;
                     confinement.user = "no-such-user";
                     Status status = Confine(confinement);
                     return status.code() == Code::kNotFound ? 0 : 1;
                   }),
                   0);
  // Nobody may give himself what he does not have.
  assert_int_equal(InProcess([] {
                     Confinement confinement;
                     confinement.user = "nobody";
                     if (!Confine(confinement).ok()) return 2;
                     return Confine(confinement).ok() ? 1 : 0;
                   }),
                   0);
}

}  // namespace
}  // namespace airgap

int main() {
  using namespace airgap;
  const CMUnitTest tests[] = {
      cmocka_unit_test(CapabilitiesHaveTheirNames),
      cmocka_unit_test(CallsAreRefusedUnlessTheCapabilityIsGranted),
      cmocka_unit_test(AServiceKeepsWhatItWasGrantedAlone),
      cmocka_unit_test(WhatCannotBeSetUpIsAnError),
  };
  return cmocka_run_group_tests_name("confine", tests, nullptr, nullptr);
}
