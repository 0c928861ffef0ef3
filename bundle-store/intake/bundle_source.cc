#include "intake/bundle_source.h"

#include "base/limits.h"
#include "intake/image_name.h"
#include "store/blob_stream.h"

namespace airgap {

BundleSource::BundleSource(std::shared_ptr<Bundle> bundle, std::string spec)
    : bundle_(std::move(bundle)), spec_(std::move(spec)) {}

Result<SourceContent> BundleSource::Content() const {
  SourceContent content;
  content.platforms = bundle_->platforms();
  for (const Descriptor& root : bundle_->index().manifests) {
    if (!root.Annotation(annotation::kAssetPath).empty()) {
      content.assets.push_back(root);
      continue;
    }
    ASSIGN_OR_RETURN(Reference reference, NameImage(root, GivenName(), spec_));
    content.images.push_back({root, std::move(reference)});
  }
  return content;
}

Result<size_t> BundleSource::FindBlob(const Descriptor& descriptor) const {
  std::optional<size_t> number = bundle_->Find(descriptor.digest);
  if (number) return *number;
  if (bundle_->FindAbsent(descriptor.digest) != nullptr) {
    return NotFound("absent from " + bundle_->location() +
                    ", which is a delta; merge it with a bundle that has it first");
  }
  return NotFound("not in " + bundle_->location());
}

Result<std::string> BundleSource::ReadManifest(const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(size_t number, FindBlob(descriptor));
  return bundle_->ReadWholeBlob(number, limits::manifest_max_bytes);
}

Status BundleSource::CheckBlob(const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(size_t number, FindBlob(descriptor));
  RETURN_IF_ERROR(bundle_->CheckHeader(number));
  uint64_t size = bundle_->blobs()[number].size_bytes;
  if (size == descriptor.size_bytes) return OkStatus();
  return Corrupt(bundle_->location() + ": blob " + descriptor.digest.ToString() + " has " +
                 std::to_string(size) + " bytes instead of " +
                 std::to_string(descriptor.size_bytes));
}

// Every referrer of a bundle has a name of its own and comes along by it.
Result<std::vector<Descriptor>> BundleSource::Referrers(const Digest&) {
  return std::vector<Descriptor>();
}

Result<Descriptor> BundleSource::ResolveTag(const std::string& tag) {
  return NotFound("tag " + tag + ": a bundle's tags come along on their own");
}

Status BundleSource::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  ASSIGN_OR_RETURN(size_t number, FindBlob(descriptor));
  return StreamBlob(*bundle_, number, sink);
}

}  // namespace airgap
