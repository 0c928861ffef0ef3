// An OCI image layout as a source of images.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "intake/image_name.h"
#include "intake/image_source.h"
#include "intake/layout_files.h"

namespace airgap {

class ImageLayout : public ImageSource {
 public:
  // `spec` is what the operator wrote ("oci:DIR"); for messages. Reads oci-layout and index.json.
  static Result<std::unique_ptr<ImageLayout>> Open(std::unique_ptr<LayoutFiles> files,
                                                   std::string spec);

  // The images by name, as index.json and `given` say. Manifests without a name that have a
  // subject are its referrers; those that belong to a named index come with it.
  Result<SourceContent> Content(const GivenName& given);

  const std::string& name() const override { return spec_; }
  Result<std::string> ReadManifest(const Descriptor& descriptor) override;
  Status CheckBlob(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> Referrers(const Digest& subject) override;
  Result<Descriptor> ResolveTag(const std::string& tag) override;
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;

 private:
  ImageLayout(std::unique_ptr<LayoutFiles> files, std::string spec)
      : files_(std::move(files)), spec_(std::move(spec)) {}
  Result<FileExtent> FindBlob(const Digest& digest);
  Result<Manifest> ParseManifest(const Descriptor& descriptor);
  // Sorts index.json's descriptors into assets, referrers and images.
  Status SortRoots(SourceContent* content, std::vector<Descriptor>* images);
  Status DropChildrenOfNamed(std::vector<Descriptor>* images);

  std::unique_ptr<LayoutFiles> files_;
  std::string spec_;
  Manifest index_;
  std::map<Digest, std::vector<Descriptor>> referrers_;  // by subject
};

}  // namespace airgap
