// Another bundle as a source: its images, assets and referrers come along under their names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "intake/image_source.h"
#include "store/bundle.h"

namespace airgap {

class BundleSource : public ImageSource {
 public:
  BundleSource(std::shared_ptr<Bundle> bundle, std::string spec);

  Result<SourceContent> Content() const;

  const std::string& name() const override { return spec_; }
  Result<std::string> ReadManifest(const Descriptor& descriptor) override;
  Status CheckBlob(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> Referrers(const Digest& subject) override;
  Result<Descriptor> ResolveTag(const std::string& tag) override;
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;

 private:
  Result<size_t> FindBlob(const Descriptor& descriptor) const;

  std::shared_ptr<Bundle> bundle_;
  std::string spec_;
};

}  // namespace airgap
