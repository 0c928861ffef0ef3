// Where everything of a bundle will stand, known before its first payload: ../FORMAT.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/bundle_plan.h"

namespace airgap {

struct PlacedBlob {
  const PlannedBlob* planned = nullptr;
  uint64_t offset_bytes = 0;  // of the payload; its tar header stands before
};

struct BundleLayout {
  std::string front;  // the file's bytes up to the header of the first blob
  Digest identity;
  std::vector<PlacedBlob> blobs;  // in file order
  uint64_t blobs_bytes = 0;       // of all payloads
  uint64_t total_bytes = 0;       // of the file
};

// `plan` outlives the layout. kLimitExceeded when the bundle would be too large.
Result<BundleLayout> LayOutBundle(const BundlePlan& plan);

// The tar header of a blob, which ends where its payload begins.
std::string BlobHeader(const Descriptor& descriptor);

// A bundle ends with two blocks of zeros. What pads an entry is zero too.
inline constexpr uint64_t kBundleEndBytes = 1024;

}  // namespace airgap
