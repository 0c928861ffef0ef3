// A place that images are taken from when a bundle is made: a layout, an archive, another bundle,
// one repository of a registry. It gives bytes; whoever takes them verifies the digests.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "store/bundle_plan.h"

namespace airgap {

class ImageSource : public BlobSource {
 public:
  // As the operator named it; for messages.
  virtual const std::string& name() const = 0;

  // A manifest's bytes as published, at most limits::manifest_max_bytes. kNotFound.
  virtual Result<std::string> ReadManifest(const Descriptor& descriptor) = 0;
  // Whether the blob is here with the size that the descriptor says: ok, kNotFound, or kCorrupt.
  virtual Status CheckBlob(const Descriptor& descriptor) = 0;
  // Manifests whose subject is `subject`; none is an empty list.
  virtual Result<std::vector<Descriptor>> Referrers(const Digest& subject) = 0;
  // What a tag of the same repository means; kNotFound where tags come along on their own.
  virtual Result<Descriptor> ResolveTag(const std::string& tag) = 0;
};

// One image that a source offers by name.
struct NamedImage {
  Descriptor descriptor;
  Reference reference;  // a tag or a digest; both when a tag was pinned
};

// What a source of --from holds, sorted out.
struct SourceContent {
  std::vector<NamedImage> images;
  std::vector<Descriptor> assets;      // descriptors that carry annotation::kAssetPath
  std::vector<std::string> platforms;  // as a bundle says; empty elsewhere
};

}  // namespace airgap
