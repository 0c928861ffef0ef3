// What changes from one bundle to the next, and what a delta between them carries.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"

namespace airgap {

struct ReferenceChange {
  std::string name;  // a reference, or "/path" of an asset
  Digest before;     // of what was removed or changed
  Digest after;      // of what was added or changed
};

struct BlobCount {
  size_t blobs = 0;
  uint64_t bytes = 0;
};

struct BundleDiff {
  std::vector<ReferenceChange> added;
  std::vector<ReferenceChange> removed;
  std::vector<ReferenceChange> changed;  // the same name for another digest
  size_t same_references = 0;
  BlobCount added_blobs;
  BlobCount removed_blobs;
  BlobCount same_blobs;
  // Payloads that a delta carries: what the new bundle needs and no old one holds. The same as
  // `added_blobs`, unless an old one is itself a delta.
  BlobCount delta;
};

// `old` is one bundle, or one and deltas over it: its references are those of all, the later
// bundle's where two differ. Blobs that a delta leaves out count as its own.
BundleDiff DiffBundles(const std::vector<std::shared_ptr<Bundle>>& old, const Bundle& now);

}  // namespace airgap
