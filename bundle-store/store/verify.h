// Proves a bundle: the tar's profile, every digest, and that nothing that a manifest needs is
// missing. Reads every byte once, in file order.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "store/bundle.h"

namespace airgap {

struct VerifyProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  size_t done_blobs = 0;
};

struct VerifyReport {
  uint64_t verified_bytes = 0;
  size_t verified_blobs = 0;
  std::vector<Digest> corrupt;        // bytes differ from the digest, or cannot be read
  std::vector<std::string> problems;  // one line each; empty means the bundle is whole
  bool ok() const { return problems.empty(); }
};

// Sets each blob's state on the way. Stops early, with what it has, when `stop` becomes true.
VerifyReport VerifyBundle(const Bundle& bundle, const std::atomic<bool>* stop,
                          const std::function<void(const VerifyProgress&)>& progress);

// One blob: header, bytes, digest. Sets its state, unless `stop` (may be null) becomes true on the
// way: then it is kUnavailable.
Status VerifyBlob(const Bundle& bundle, size_t blob_number,
                  const std::function<void(uint64_t bytes)>& progress,
                  const std::atomic<bool>* stop = nullptr);

}  // namespace airgap
