// A blob and the bundle that holds it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "store/bundle.h"

namespace airgap {

struct HeldBlob {
  const Bundle* bundle = nullptr;
  size_t number = 0;
  const BlobEntry& entry() const { return bundle->blobs()[number]; }
};

// In the first of `bundles` that has it.
inline std::optional<HeldBlob> FindIn(const std::vector<std::shared_ptr<Bundle>>& bundles,
                                      const Digest& digest) {
  for (const auto& bundle : bundles) {
    if (std::optional<size_t> number = bundle->Find(digest)) {
      return HeldBlob{bundle.get(), *number};
    }
  }
  return std::nullopt;
}

}  // namespace airgap
