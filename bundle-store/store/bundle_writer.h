// Writes a bundle: plan first (every blob's digest and size), then stream each payload into its
// place, verified. The file appears under its name only when it is complete and synced.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"
#include "oci/manifest.h"

namespace airgap {

// Takes bytes in order; an error stops the giver, which returns that error unchanged.
using ByteSink = std::function<Status(ByteSpan bytes)>;

// Where a blob's bytes come from when a bundle is made: a layout, an archive, a registry, a file.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // Gives the whole blob to `sink`. The taker verifies size and digest.
  virtual Status Stream(const Descriptor& descriptor, const ByteSink& sink) = 0;
};

// One thing to carry, as it will stand in index.json.
struct BundleRoot {
  Descriptor descriptor;  // annotations included: ref.name, subject, asset path
};

class BundlePlan {
 public:
  // `source` must live until WriteBundle returns. A blob that is planned twice is carried once;
  // two sizes for one digest is kCorrupt.
  Status AddBlob(const Descriptor& descriptor, ManifestKind kind, BlobSource* source);
  // Bytes at hand (a manifest, a config): verified here.
  Status AddBytes(const Descriptor& descriptor, ManifestKind kind, std::string bytes);
  void AddRoot(Descriptor descriptor) { roots_.push_back(std::move(descriptor)); }

  void SetName(std::string name) { name_ = std::move(name); }
  void SetVersion(std::string version) { version_ = std::move(version); }
  void AddPlatform(const std::string& platform);

  bool Has(const Digest& digest) const { return blobs_.contains(digest); }
  size_t blob_count() const { return blobs_.size(); }

 private:
  friend class BundleFileWriter;
  struct PlannedBlob {
    Descriptor descriptor;
    ManifestKind kind = ManifestKind::kNone;
    BlobSource* source = nullptr;  // null: the bytes are here
    std::string bytes;
  };
  std::string name_;
  std::string version_;
  std::vector<std::string> platforms_;
  std::vector<Descriptor> roots_;
  std::map<Digest, PlannedBlob> blobs_;
};

struct WriteProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  size_t done_blobs = 0;
  size_t total_blobs = 0;
};

// Every blob is asked for from the calling thread, in file order. Errors: kCorrupt (a source gave
// other bytes than its descriptor says; names blob), kNoSpace before anything is written, or the
// source's own. Returns the bundle's identity.
Result<Digest> WriteBundle(Env* env, const std::string& path, const BundlePlan& plan,
                           const std::function<void(const WriteProgress&)>& progress);

}  // namespace airgap
