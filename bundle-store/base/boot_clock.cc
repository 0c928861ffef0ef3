#include "base/boot_clock.h"

#include <ctime>

namespace airgap {

uint64_t SecondsSinceStart() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec);
}

}  // namespace airgap
