// The product's version, as programs, status and bundles report it.
#pragma once

namespace airgap {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace airgap
