#include "intake/image_layout.h"

#include <algorithm>
#include <set>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kOciLayoutMaxBytes = 4096;

bool HasName(const Descriptor& descriptor) {
  return !descriptor.Annotation(annotation::kRefName).empty() ||
         !descriptor.Annotation(annotation::kContainerdName).empty();
}

// blobs/<algorithm>/<encoded>
std::string BlobPath(const Digest& digest) {
  std::string text = digest.ToString();
  std::replace(text.begin(), text.end(), ':', '/');
  return "blobs/" + text;
}

}  // namespace

Result<std::unique_ptr<ImageLayout>> ImageLayout::Open(std::unique_ptr<LayoutFiles> files,
                                                       std::string spec) {
  std::unique_ptr<ImageLayout> layout(new ImageLayout(std::move(files), std::move(spec)));
  const std::string& place = layout->files_->name();
  Result<FileExtent> marker = layout->files_->Find("oci-layout");
  if (!marker.ok() && marker.status().code() == Code::kNotFound) {
    return Corrupt(place + " is no OCI image layout: it has no oci-layout file");
  }
  if (!marker.ok()) return marker.status();
  ASSIGN_OR_RETURN(std::string marker_text,
                   ReadExtent(*marker, kOciLayoutMaxBytes, place + ": oci-layout"));
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(marker_text, kOciLayoutMaxBytes, place + ": oci-layout"));
  if (document.root()["imageLayoutVersion"].String() != "1.0.0") {
    return Unsupported(place + ": oci-layout is not of version 1.0.0");
  }
  Result<FileExtent> index = layout->files_->Find("index.json");
  if (!index.ok() && index.status().code() == Code::kNotFound) {
    return Corrupt(place + " is no OCI image layout: it has no index.json");
  }
  if (!index.ok()) return index.status();
  std::string what = place + ": index.json";
  ASSIGN_OR_RETURN(std::string text, ReadExtent(*index, limits::index_json_max_bytes, what));
  ASSIGN_OR_RETURN(layout->index_, Manifest::Parse(text, media_type::kOciIndex, what,
                                                   limits::index_json_max_bytes));
  if (!IsIndexKind(layout->index_.kind)) return Corrupt(what + " is no image index");
  return layout;
}

Result<FileExtent> ImageLayout::FindBlob(const Digest& digest) {
  Result<FileExtent> extent = files_->Find(BlobPath(digest));
  if (!extent.ok() && extent.status().code() == Code::kNotFound) {
    return NotFound("not in " + files_->name());
  }
  return extent;
}

Result<std::string> ImageLayout::ReadManifest(const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(FileExtent extent, FindBlob(descriptor.digest));
  return ReadExtent(extent, limits::manifest_max_bytes,
                    files_->name() + ": manifest " + descriptor.digest.ToString());
}

Result<Manifest> ImageLayout::ParseManifest(const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(std::string text, ReadManifest(descriptor));
  return Manifest::Parse(text, descriptor.media_type,
                         files_->name() + ": manifest " + descriptor.digest.ToString());
}

Status ImageLayout::CheckBlob(const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(FileExtent extent, FindBlob(descriptor.digest));
  if (extent.size_bytes == descriptor.size_bytes) return OkStatus();
  return Corrupt(files_->name() + ": blob " + descriptor.digest.ToString() + " has " +
                 std::to_string(extent.size_bytes) + " bytes instead of " +
                 std::to_string(descriptor.size_bytes));
}

Status ImageLayout::Stream(const Descriptor& descriptor, const ByteSink& sink) {
  ASSIGN_OR_RETURN(FileExtent extent, FindBlob(descriptor.digest));
  return StreamExtent(extent, sink);
}

Result<std::vector<Descriptor>> ImageLayout::Referrers(const Digest& subject) {
  auto found = referrers_.find(subject);
  if (found == referrers_.end()) return std::vector<Descriptor>();
  return found->second;
}

Result<Descriptor> ImageLayout::ResolveTag(const std::string& tag) {
  return NotFound("tag " + tag + ": a layout's tags come along on their own");
}

Status ImageLayout::SortRoots(SourceContent* content, std::vector<Descriptor>* images) {
  for (const Descriptor& root : index_.manifests) {
    if (!root.Annotation(annotation::kAssetPath).empty()) {
      content->assets.push_back(root);
      continue;
    }
    if (!HasName(root) && KindOfMediaType(root.media_type) != ManifestKind::kNone) {
      Result<Manifest> manifest = ParseManifest(root);
      if (!manifest.ok() && manifest.status().code() != Code::kNotFound) return manifest.status();
      if (manifest.ok() && manifest->subject) {
        referrers_[manifest->subject->digest].push_back(root);
        continue;
      }
    }
    images->push_back(root);
  }
  return OkStatus();
}

// Some tools list the children of an index beside it: those need no name of their own.
Status ImageLayout::DropChildrenOfNamed(std::vector<Descriptor>* images) {
  std::set<Digest> children;
  for (const Descriptor& image : *images) {
    if (!HasName(image) || !IsIndexKind(KindOfMediaType(image.media_type))) continue;
    Result<Manifest> manifest = ParseManifest(image);
    if (!manifest.ok() && manifest.status().code() == Code::kNotFound) continue;  // named later
    if (!manifest.ok()) return manifest.status();
    for (const Descriptor& child : manifest->manifests) children.insert(child.digest);
  }
  std::erase_if(*images, [&](const Descriptor& image) {
    return !HasName(image) && children.contains(image.digest);
  });
  return OkStatus();
}

Result<SourceContent> ImageLayout::Content(const GivenName& given) {
  SourceContent content;
  std::vector<Descriptor> images;
  referrers_.clear();
  RETURN_IF_ERROR(SortRoots(&content, &images));
  RETURN_IF_ERROR(DropChildrenOfNamed(&images));
  if (given.reference && images.size() != 1) {
    return InvalidArgument(spec_ + " holds " + std::to_string(images.size()) + " images, so " +
                           given.reference->ToString() +
                           " cannot name them all; give HOST/REPOSITORY alone");
  }
  for (Descriptor& image : images) {
    ASSIGN_OR_RETURN(Reference reference, NameImage(image, given, spec_));
    content.images.push_back({std::move(image), std::move(reference)});
  }
  if (content.images.empty() && content.assets.empty()) {
    return NotFound(spec_ + " holds no images");
  }
  return content;
}

}  // namespace airgap
