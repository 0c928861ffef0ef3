// A plain file as an asset: an OCI artifact of one layer, with the digest of each MiB.
// ../FORMAT.md "Assets".
#pragma once

#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "oci/manifest.h"
#include "store/bundle_plan.h"

namespace airgap {

inline constexpr char kAssetArtifactType[] = "application/vnd.cozystack.airgap.asset.v1";
inline constexpr char kAssetConfigType[] = "application/vnd.cozystack.airgap.asset.config.v1+json";

// Whether a path may be served: relative, no empty, "." or ".." segments, only characters that
// HTTP and TFTP clients pass on unchanged, and not one of the server's own paths.
Status CheckAssetPath(std::string_view path);

class AssetFile : public BlobSource {
 public:
  // Reads the whole file once for its digests.
  static Result<std::unique_ptr<AssetFile>> Open(Env* env, std::string path,
                                                 const std::string& file);

  // Adds manifest, config and the file itself; `this` must live until the bundle is written.
  // Returns the manifest's descriptor.
  Result<Descriptor> AddTo(BundlePlan* plan);

  const std::string& path() const { return path_; }
  uint64_t size_bytes() const { return layer_.size_bytes; }
  const Digest& digest() const { return layer_.digest; }

  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;

 private:
  // What tells that a file was written to.
  struct Stamp {
    uint64_t size_bytes = 0;
    int64_t changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  AssetFile() = default;
  Result<Stamp> TakeStamp() const;
  Status HashFile();
  Status CheckUnchanged() const;

  std::string path_;
  std::shared_ptr<ReadableFile> file_;
  Stamp stamp_;
  Descriptor layer_;
  std::string config_;
};

}  // namespace airgap
