// The product's version, as programs, status and bundles report it.
#pragma once

#include <cstdint>

namespace airgap {

inline constexpr char kVersion[] = "0.1.0";
// 2026-11-01, when this version was begun: a clock that says less is wrong.
inline constexpr int64_t kMadeUnixSeconds = 1793491200;

}  // namespace airgap
