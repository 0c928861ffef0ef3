#include "confine/syscall_filter.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace airgap {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr uint32_t kX32Bit = 0x40000000;  // asm/unistd.h, __X32_SYSCALL_BIT
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "which architecture is this?"
#endif

constexpr unsigned kNever = ~0U;  // no capability lets it through
constexpr uint32_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

struct Refused {
  long number;
  unsigned unless;  // the capability that it is for
};

constexpr Refused kRefused[] = {
    // file systems
    {SYS_mount, CAP_SYS_ADMIN},
    {SYS_umount2, CAP_SYS_ADMIN},
    {SYS_pivot_root, kNever},
    {SYS_chroot, kNever},
    {SYS_fsopen, CAP_SYS_ADMIN},
    {SYS_fsconfig, CAP_SYS_ADMIN},
    {SYS_fsmount, CAP_SYS_ADMIN},
    {SYS_fspick, CAP_SYS_ADMIN},
    {SYS_open_tree, CAP_SYS_ADMIN},
    {SYS_move_mount, CAP_SYS_ADMIN},
    {SYS_mount_setattr, CAP_SYS_ADMIN},
    {SYS_swapon, kNever},
    {SYS_swapoff, kNever},
    {SYS_quotactl, kNever},
    {SYS_mknodat, CAP_MKNOD},
    {SYS_open_by_handle_at, kNever},
    {SYS_name_to_handle_at, kNever},
    // the kernel and the machine
    {SYS_init_module, CAP_SYS_MODULE},
    {SYS_finit_module, CAP_SYS_MODULE},
    {SYS_delete_module, CAP_SYS_MODULE},
    {SYS_kexec_load, kNever},
    {SYS_kexec_file_load, kNever},
    {SYS_reboot, CAP_SYS_BOOT},
    {SYS_syslog, CAP_SYSLOG},
    {SYS_acct, kNever},
    {SYS_sethostname, kNever},
    {SYS_setdomainname, kNever},
    {SYS_settimeofday, CAP_SYS_TIME},
    {SYS_clock_settime, CAP_SYS_TIME},
    {SYS_clock_adjtime, CAP_SYS_TIME},
    {SYS_adjtimex, CAP_SYS_TIME},
    // other processes, and ways around what is set here
    {SYS_ptrace, kNever},
    {SYS_process_vm_readv, kNever},
    {SYS_process_vm_writev, kNever},
    {SYS_pidfd_getfd, kNever},
    {SYS_kcmp, kNever},
    {SYS_unshare, kNever},
    {SYS_setns, kNever},
    {SYS_personality, kNever},
    // what attacks on the kernel are made of
    {SYS_bpf, kNever},
    {SYS_perf_event_open, kNever},
    {SYS_userfaultfd, kNever},
    {SYS_io_uring_setup, kNever},
    {SYS_io_uring_enter, kNever},
    {SYS_io_uring_register, kNever},
    {SYS_keyctl, kNever},
    {SYS_add_key, kNever},
    {SYS_request_key, kNever},
    {SYS_lookup_dcookie, kNever},
    {SYS_fanotify_init, kNever},
#if defined(__x86_64__)
    {SYS_mknod, CAP_MKNOD},
    {SYS_iopl, kNever},
    {SYS_ioperm, kNever},
    {SYS_modify_ldt, kNever},
#endif
};

constexpr sock_filter Load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}
constexpr sock_filter Return(uint32_t what) { return BPF_STMT(BPF_RET | BPF_K, what); }
constexpr uint32_t Fail(int error) {
  return SECCOMP_RET_ERRNO | (static_cast<uint32_t>(error) & SECCOMP_RET_DATA);
}

bool IsLetThrough(const Refused& refused, const std::vector<unsigned>& capabilities) {
  return std::find(capabilities.begin(), capabilities.end(), refused.unless) != capabilities.end();
}

}  // namespace

std::vector<sock_filter> SyscallFilter(const std::vector<unsigned>& capabilities) {
  // Each test jumps over the answer behind it, so that no distance has to be counted.
  std::vector<sock_filter> filter = {
      Load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      Return(Fail(ENOSYS)),
      Load(offsetof(seccomp_data, nr)),
  };
  auto add = [&filter](sock_filter one) { filter.push_back(one); };
#if defined(__x86_64__)
  add(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, 0, 1));
  add(Return(Fail(ENOSYS)));
#endif
  for (const Refused& refused : kRefused) {
    if (IsLetThrough(refused, capabilities)) continue;
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(refused.number), 0, 1));
    add(Return(Fail(EPERM)));
  }
  // clone3 has its flags where a filter does not reach: libraries go back to clone.
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1));
  add(Return(Fail(ENOSYS)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
  add(Load(offsetof(seccomp_data, args[0])));
  add(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kNamespaceFlags, 0, 1));
  add(Return(Fail(EPERM)));
  add(Return(SECCOMP_RET_ALLOW));
  return filter;
}

Status InstallSyscallFilter(const std::vector<unsigned>& capabilities) {
  std::vector<sock_filter> filter = SyscallFilter(capabilities);
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    return ErrnoStatus(errno, "cannot refuse system calls");
  }
  return OkStatus();
}

}  // namespace airgap
