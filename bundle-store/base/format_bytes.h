// Sizes for people.
#pragma once

#include <cstdint>
#include <string>

namespace airgap {

// "512 B", "1.5 GiB".
std::string FormatBytes(uint64_t bytes);

}  // namespace airgap
