#include "pull/repository_source.h"

namespace airgap {

RepositorySource::RepositorySource(RegistryClient* client, Reference repository)
    : client_(client), repository_(std::move(repository)), name_(repository_.Name()) {}

Result<std::string> RepositorySource::ReadManifest(const Descriptor& descriptor) {
  std::string content_type;
  return client_->GetManifest(repository_, descriptor.digest.ToString(), &content_type);
}

Status RepositorySource::CheckBlob(const Descriptor& descriptor) {
  return client_->CheckBlob(repository_, descriptor);
}

Result<std::vector<Descriptor>> RepositorySource::Referrers(const Digest& subject) {
  return client_->Referrers(repository_, subject);
}

Result<Descriptor> RepositorySource::ResolveTag(const std::string& tag) {
  return client_->Resolve(repository_, tag);
}

Status RepositorySource::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  return StreamFrom(descriptor, 0, sink);
}

Status RepositorySource::StreamFrom(const Descriptor& descriptor, uint64_t from_bytes,
                                    const ByteSink& sink) {
  return client_->StreamBlob(repository_, descriptor, from_bytes, sink);
}

}  // namespace airgap
