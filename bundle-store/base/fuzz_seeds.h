// What a fuzz target that takes text answers when it is asked for its starting points
// (base/fuzz_main.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace airgap::testing {

// Copies seed `number` to `out`; its size, or 0 when there is none or it does not fit.
template <size_t count>
size_t CopySeed(const std::string_view (&seeds)[count], size_t number, uint8_t* out,
                size_t max_size) {
  if (number >= count || seeds[number].size() > max_size) return 0;
  memcpy(out, seeds[number].data(), seeds[number].size());
  return seeds[number].size();
}

}  // namespace airgap::testing
