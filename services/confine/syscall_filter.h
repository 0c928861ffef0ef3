// The system calls that a confined service is refused. A list of what is refused, not of what is
// let through: the programs are several, with libraries and a shell among them, and a call that
// somebody forgot to list would fail at a site, at night; what is refused here is what none of
// them has any use for, and what a service that was taken over would reach for. Without libseccomp,
// whose compiler of filters is ten times this file: all that is needed is one list, compared one by
// one.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/status.h"

namespace airgap {

// The program for SECCOMP_MODE_FILTER: a refused call fails with EPERM, a call by another calling
// convention than this machine's own (32 bit, x32) with ENOSYS. Calls that a capability is needed
// for are let through with that capability.
std::vector<sock_filter> SyscallFilter(const std::vector<unsigned>& capabilities);

// Puts it into force for the calling process; needs no_new_privs.
Status InstallSyscallFilter(const std::vector<unsigned>& capabilities);

}  // namespace airgap
