#include "store/bundle_plan.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {

Status BlobSource::StreamFrom(const Descriptor& descriptor, uint64_t from_bytes,
                              const ByteSink& sink) {
  uint64_t skipped = 0;
  return Stream(descriptor, [&](ByteSpan bytes) -> Status {
    uint64_t skip = std::min<uint64_t>(from_bytes - skipped, bytes.size());
    skipped += skip;
    return skip == bytes.size() ? OkStatus() : sink(bytes.subspan(skip));
  });
}

Status BundlePlan::AddBlob(const Descriptor& descriptor, ManifestKind kind, BlobSource* source,
                           const std::string& wanted_by) {
  if (descriptor.digest.algorithm() != DigestAlgorithm::kSha256) {
    return Unsupported("blob " + descriptor.digest.Short() +
                       "... is named by sha512; a bundle carries sha256 only");
  }
  auto [at, is_new] =
      blobs_.emplace(descriptor.digest, PlannedBlob{descriptor, kind, source, "", wanted_by});
  if (!is_new && at->second.descriptor.size_bytes != descriptor.size_bytes) {
    return Corrupt("blob " + descriptor.digest.ToString() + " is said to have " +
                   std::to_string(at->second.descriptor.size_bytes) + " bytes in one place and " +
                   std::to_string(descriptor.size_bytes) + " in another");
  }
  if (!is_new && at->second.kind == ManifestKind::kNone) at->second.kind = kind;
  if (is_new && blobs_.size() > limits::bundle_blobs_max_count) {
    return LimitExceeded("more than " + std::to_string(limits::bundle_blobs_max_count) +
                         " blobs; make several bundles");
  }
  return OkStatus();
}

Status BundlePlan::AddBytes(const Descriptor& descriptor, ManifestKind kind, std::string bytes) {
  if (bytes.size() != descriptor.size_bytes) {
    return Corrupt("blob " + descriptor.digest.ToString() + " has " + std::to_string(bytes.size()) +
                   " bytes instead of " + std::to_string(descriptor.size_bytes));
  }
  if (Digest::Of(AsBytes(bytes), descriptor.digest.algorithm()) != descriptor.digest) {
    return Corrupt("the bytes of blob " + descriptor.digest.ToString() +
                   " do not match its digest");
  }
  bool is_new = !Has(descriptor.digest);
  RETURN_IF_ERROR(AddBlob(descriptor, kind, nullptr));
  if (is_new) blobs_.at(descriptor.digest).bytes = std::move(bytes);
  return OkStatus();
}

void BundlePlan::AddPlatform(const std::string& platform) {
  if (std::find(platforms_.begin(), platforms_.end(), platform) == platforms_.end()) {
    platforms_.push_back(platform);
  }
}

}  // namespace airgap
