// Walks from names to everything they need, and plans it: manifests, configs, layers, children of
// indexes, and what is attached to each (referrers, cosign's tags, and theirs).
//
// What is missing is listed, not reported at the first: look at missing() when all is taken.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "intake/image_source.h"
#include "store/bundle_writer.h"

namespace airgap {

// One thing that a bundle would lack.
struct MissingPart {
  std::string wanted_by;  // a full reference
  std::string what;       // "blob sha256:...", "manifest sha256:...", the reference itself
  std::string cause;
};

class Collector {
 public:
  // `plan` outlives the collector.
  explicit Collector(BundlePlan* plan) : plan_(plan) {}

  // Plans an image. Its tag is carried as host/repository:tag, an image without a tag by digest.
  // A reference with both must have that digest (kCorrupt). An index named by a tag alone becomes
  // the manifest of `only_platform` where one is given; every other index comes whole.
  // `source` must live until the bundle is written.
  Status TakeImage(ImageSource* source, const NamedImage& image,
                   const std::optional<Platform>& only_platform);
  // Plans an asset that a source holds as an artifact with annotation::kAssetPath.
  Status TakeAsset(ImageSource* source, const Descriptor& descriptor);
  // Plans an asset artifact whose blobs are in the plan already.
  Status AddAssetRoot(const std::string& path, const Descriptor& manifest);
  // For a source that could not be asked at all.
  void AddMissing(MissingPart part) { missing_.push_back(std::move(part)); }

  const std::vector<MissingPart>& missing() const { return missing_; }
  size_t image_count() const { return image_count_; }
  size_t asset_count() const { return asset_paths_.size(); }
  size_t referrer_count() const { return referrer_count_; }

 private:
  // What a walk needs to know of the name it started from.
  struct Walk {
    ImageSource* source;
    const Reference& reference;  // host and repository count; for messages all of it
    int index_depth = 0;
    int attached_depth = 0;
  };
  struct ReadResult {
    std::string text;
    Manifest manifest;
  };
  // Reads and verifies one manifest; nothing when it is missing (and was listed).
  Result<std::optional<ReadResult>> ReadManifest(const Walk& walk, const Descriptor& descriptor);
  // The manifest and everything below and attached to it.
  Status TakeTree(const Walk& walk, const Descriptor& descriptor);
  Status TakeChildren(const Walk& walk, const Manifest& manifest);
  Status TakeAttached(const Walk& walk, const Digest& subject);
  Status TakeCosignTags(const Walk& walk, const Digest& subject);
  // The manifest that a tag stands for when one platform was chosen.
  Result<std::optional<Descriptor>> Reduce(const Walk& walk, Descriptor descriptor,
                                           const Platform& platform);
  Status AddImageRoot(const Descriptor& descriptor, const Reference& reference,
                      const std::string& source);
  void AddReferrerRoot(const Walk& walk, const Descriptor& descriptor, const Manifest& manifest);
  // Lists `status` as a missing part when it is one; any other error is given back.
  Status ListMissing(const Walk& walk, const std::string& what, const Status& status);

  struct TakenRoot {
    Digest digest;
    std::string source;
  };
  BundlePlan* plan_;
  std::map<std::string, TakenRoot> roots_;  // by ref.name
  std::map<std::string, Digest> asset_paths_;
  std::set<std::pair<std::string, Digest>> walked_;  // by host/repository and digest
  std::vector<MissingPart> missing_;
  size_t image_count_ = 0;
  size_t referrer_count_ = 0;
};

}  // namespace airgap
