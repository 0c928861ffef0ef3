// Walks from names to everything they need, and plans it: manifests, configs, layers, children of
// indexes, and what is attached to each (referrers, cosign's tags, and theirs).
//
// What is missing is listed, not reported at the first: look at missing() when all is taken.
// Images may be taken by several threads at once, each from a source that allows it.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "intake/image_source.h"
#include "store/bundle_plan.h"

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
  // the manifest of `only_platform` where one is given, and its name in index.json records which it
  // was; every other index comes whole.
  // `source` must live until the bundle is written.
  // With `sparse_platforms` an index keeps its bytes, but only its children for these come along,
  // and its name in index.json records it.
  Status TakeImage(ImageSource* source, const NamedImage& image,
                   const std::optional<Platform>& only_platform,
                   const std::vector<Platform>& sparse_platforms = {});
  // Plans an asset that a source holds as an artifact with annotation::kAssetPath.
  Status TakeAsset(ImageSource* source, const Descriptor& descriptor);
  // Plans an asset artifact whose blobs are in the plan already.
  Status AddAssetRoot(const std::string& path, const Descriptor& manifest);
  // For a source that could not be asked at all.
  void AddMissing(MissingPart part);

  // Sorted. When all is taken, as are the counts.
  std::vector<MissingPart> missing() const;
  size_t image_count() const { return image_count_; }
  size_t asset_count() const { return asset_paths_.size(); }
  size_t referrer_count() const { return referrer_count_; }

 private:
  // What a walk needs to know of the name it started from.
  struct Walk {
    ImageSource* source;
    const Reference& reference;  // host and repository count; for messages all of it
    const std::vector<Platform>& sparse_platforms;  // empty: indexes come whole
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
  // `reduced_from`: the digest of the index that the name stands for elsewhere; may be empty.
  Status AddImageRoot(const Walk& walk, const Descriptor& descriptor, const Reference& reference,
                      const std::string& reduced_from = "");
  bool IsLeftOut(const Walk& walk, const Descriptor& child) const;
  void AddReferrerRoot(const Walk& walk, const Descriptor& descriptor, const Manifest& manifest);
  // Lists `status` as a missing part when it is one; any other error is given back.
  Status ListMissing(const Walk& walk, const std::string& what, const Status& status);

  struct TakenRoot {
    Digest digest;
    std::string source;
  };
  mutable std::mutex mutex_;  // guards everything below; never held while a source is asked
  BundlePlan* plan_;
  std::map<std::string, TakenRoot> roots_;  // by ref.name
  std::map<std::string, Digest> asset_paths_;
  // By host/repository (and whether indexes are sparse) and digest.
  std::set<std::pair<std::string, Digest>> walked_;
  std::vector<MissingPart> missing_;
  size_t image_count_ = 0;
  size_t referrer_count_ = 0;
};

}  // namespace airgap
