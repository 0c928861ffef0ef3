// One repository of a registry as a source of images.
#pragma once

#include <string>
#include <vector>

#include "intake/image_source.h"
#include "pull/registry_client.h"

namespace airgap {

class RepositorySource : public ImageSource {
 public:
  // `client` outlives this.
  RepositorySource(RegistryClient* client, Reference repository);

  const std::string& name() const override { return name_; }
  Result<std::string> ReadManifest(const Descriptor& descriptor) override;
  Status CheckBlob(const Descriptor& descriptor) override;
  Result<std::vector<Descriptor>> Referrers(const Digest& subject) override;
  Result<Descriptor> ResolveTag(const std::string& tag) override;
  Status Stream(const Descriptor& descriptor, const ByteSink& sink) override;
  Status StreamFrom(const Descriptor& descriptor, uint64_t from_bytes,
                    const ByteSink& sink) override;

 private:
  RegistryClient* client_;
  Reference repository_;
  std::string name_;
};

}  // namespace airgap
