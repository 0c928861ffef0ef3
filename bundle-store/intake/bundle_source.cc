#include "intake/bundle_source.h"

#include <algorithm>

#include "base/limits.h"
#include "intake/image_name.h"

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
  if (!number) return NotFound("not in " + bundle_->location());
  return *number;
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
  RETURN_IF_ERROR(bundle_->CheckHeader(number));
  uint64_t size = bundle_->blobs()[number].size_bytes;
  std::vector<uint8_t> buffer(std::min(limits::io_buffer_bytes, size));
  for (uint64_t done = 0; done < size;) {
    MutableByteSpan part(buffer.data(), std::min<uint64_t>(buffer.size(), size - done));
    RETURN_IF_ERROR(bundle_->ReadBlob(number, done, part));
    RETURN_IF_ERROR(sink(part));
    done += part.size();
  }
  return OkStatus();
}

}  // namespace airgap
