// What a service of the appliance may do, less than what its user could: capabilities, memory and
// system calls. Set up before the service's own program starts; whatever fails keeps it from
// starting.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

struct Confinement {
  std::string user = "root";           // as /etc/passwd has it, with its groups in /etc/group
  std::vector<unsigned> capabilities;  // numbers of linux/capability.h; the only ones it keeps
  uint64_t memory_bytes = 0;           // of its own, page cache not counted; 0: no limit
};

// "NET_ADMIN" -> 12. kInvalidArgument names one that Linux does not have.
Result<unsigned> CapabilityNumber(std::string_view name);

// For the calling process and all that it starts, without a way back. Call it with one thread, as
// root. Errors name what the kernel refused.
Status Confine(const Confinement& confinement);

}  // namespace airgap
