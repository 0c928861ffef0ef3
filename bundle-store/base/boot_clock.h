// A clock that nobody sets.
#pragma once

#include <cstdint>

namespace airgap {

// Seconds since this machine started, sleep included.
uint64_t SecondsSinceStart();

}  // namespace airgap
