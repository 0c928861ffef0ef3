#include "store/manifest_cache.h"

#include "base/limits.h"

namespace airgap {

std::optional<CachedManifest> ManifestCache::Get(const Digest& digest) const {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = manifests_.find(digest);
  if (found == manifests_.end()) return std::nullopt;
  return found->second;
}

void ManifestCache::Put(const Digest& digest, const CachedManifest& manifest) {
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t size = manifest.text->size();
  if (size > limits::manifest_cache_max_bytes - bytes_) return;
  if (manifests_.emplace(digest, manifest).second) bytes_ += size;
}

}  // namespace airgap
