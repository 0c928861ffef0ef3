// Manifests in memory, verified: names resolve while a medium stalls.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "oci/digest.h"
#include "oci/manifest.h"

namespace airgap {

struct CachedManifest {
  std::string media_type;
  std::shared_ptr<const std::string> text;
};

// Safe to use from several threads. Holds at most limits::manifest_cache_max_bytes; what does not
// fit is read again when it is asked for.
class ManifestCache {
 public:
  std::optional<CachedManifest> Get(const Digest& digest) const;
  void Put(const Digest& digest, const CachedManifest& manifest);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<Digest, CachedManifest, DigestHash> manifests_;
  uint64_t bytes_ = 0;
};

}  // namespace airgap
