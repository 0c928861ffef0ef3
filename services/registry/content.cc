#include "registry/content.h"

#include <algorithm>
#include <set>

#include "store/repository_key.h"

namespace airgap {
namespace {

// A bundle's blob block by block, where there is no file for sendfile.
class BlobReader : public BodyReader {
 public:
  BlobReader(std::shared_ptr<const Catalog> catalog, BlobLocation blob)
      : catalog_(std::move(catalog)), blob_(blob) {}

  Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) override {
    size_t size = std::min<uint64_t>(out.size(), blob_.entry().size_bytes - offset_bytes);
    RETURN_IF_ERROR(blob_.bundle->ReadBlob(blob_.blob_number, offset_bytes, out.subspan(0, size)));
    return size;
  }

 private:
  std::shared_ptr<const Catalog> catalog_;
  BlobLocation blob_;
};

std::vector<std::string> Union(const std::vector<std::string>& a,
                               const std::vector<std::string>& b) {
  std::vector<std::string> all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

}  // namespace

Result<FoundRepository> Content::FindToPush(std::string_view ns, std::string_view name) const {
  std::string key = RepositoryKey(ns, name);
  Result<const Repository*> bundled = catalog_->FindRepository(ns, name);
  if (overlay_ != nullptr && (!bundled.ok() || (*bundled)->Key() != key)) {
    // A name that stands for a bundle's repository by being short may be a pushed one's full name.
    ASSIGN_OR_RETURN(bool is_pushed, overlay_->HasRepository(key));
    if (is_pushed) return FoundRepository{key, nullptr};
  }
  if (bundled.ok()) return FoundRepository{(*bundled)->Key(), *bundled};
  if (bundled.status().code() != Code::kNotFound) return bundled.status();
  return FoundRepository{key, nullptr};
}

Result<FoundRepository> Content::Find(std::string_view ns, std::string_view name) const {
  if (overlay_ == nullptr) {
    ASSIGN_OR_RETURN(const Repository* bundled, catalog_->FindRepository(ns, name));
    return FoundRepository{bundled->Key(), bundled};
  }
  ASSIGN_OR_RETURN(FoundRepository repository, FindToPush(ns, name));
  if (repository.bundled != nullptr) return repository;
  ASSIGN_OR_RETURN(bool is_pushed, overlay_->HasRepository(repository.key));
  if (is_pushed) return repository;
  return NotFound("no bundle carries repository " + repository.key + ", and nobody pushed it");
}

bool Content::IsBundledTag(const FoundRepository& repository, const std::string& tag) const {
  return repository.bundled != nullptr && repository.bundled->tags.count(tag) != 0;
}

bool Content::IsBundledBlob(const FoundRepository& repository, const Digest& digest) const {
  return repository.bundled != nullptr && catalog_->FindBlob(digest).ok();
}

Result<Digest> Content::Resolve(const FoundRepository& repository,
                                const std::string& reference) const {
  if (reference.find(':') != std::string::npos) return Digest::Parse(reference);
  if (IsBundledTag(repository, reference)) return repository.bundled->tags.at(reference);
  if (overlay_ != nullptr) return overlay_->FindTag(repository.key, reference);
  return NotFound("repository " + repository.key + " has no tag '" + reference + "' in any bundle");
}

Result<FoundManifest> Content::GetManifest(const FoundRepository& repository,
                                           const std::string& reference) const {
  FoundManifest found;
  ASSIGN_OR_RETURN(found.digest, Resolve(repository, reference));
  Status not_bundled;
  if (repository.bundled != nullptr) {
    Descriptor descriptor;
    auto text = catalog_->ReadManifest(found.digest, &descriptor);
    if (text.ok()) {
      found.media_type = descriptor.media_type;
      found.text = *text;
      return found;
    }
    not_bundled = text.status();
  }
  if (overlay_ == nullptr) return not_bundled;
  Result<OverlayManifest> pushed = overlay_->FindManifest(repository.key, found.digest);
  if (!pushed.ok()) {
    bool says_more = !not_bundled.ok() && not_bundled.code() != Code::kNotFound;
    return says_more ? not_bundled : pushed.status();
  }
  found.media_type = pushed->media_type;
  found.text = pushed->text;
  return found;
}

Result<FoundBlob> Content::BundledBlob(const Digest& digest) const {
  ASSIGN_OR_RETURN(BlobLocation blob, catalog_->FindBlob(digest));
  RETURN_IF_ERROR(blob.bundle->CheckHeader(blob.blob_number));
  FoundBlob found;
  found.size_bytes = blob.entry().size_bytes;
  FileSegment segment = blob.bundle->SegmentOf(blob.blob_number, 0, found.size_bytes);
  found.fd = segment.fd;
  found.file_offset_bytes = segment.offset_bytes;
  found.keep_alive = catalog_;
  if (found.fd < 0) found.reader = std::make_shared<BlobReader>(catalog_, blob);
  return found;
}

Result<FoundBlob> Content::PushedBlob(const Digest& digest) const {
  ASSIGN_OR_RETURN(std::shared_ptr<ReadableFile> file, overlay_->OpenBlob(digest));
  FoundBlob found;
  found.size_bytes = file->size_bytes();
  found.fd = file->fd();
  found.keep_alive = file;
  return found;
}

Result<FoundBlob> Content::GetBlob(const FoundRepository& repository, const Digest& digest) const {
  Status not_bundled = NotFound("no bundle carries blob " + digest.ToString());
  if (repository.bundled != nullptr) {
    Result<FoundBlob> blob = BundledBlob(digest);
    if (blob.ok()) return blob;
    not_bundled = blob.status();
  }
  if (overlay_ == nullptr) return not_bundled;
  ASSIGN_OR_RETURN(bool is_given, overlay_->HasBlob(repository.key, digest));
  if (!is_given) return not_bundled;
  Result<FoundBlob> pushed = PushedBlob(digest);
  // Mounted from a bundle: no bytes of it were ever pushed.
  if (!pushed.ok() && pushed.status().code() == Code::kNotFound) return BundledBlob(digest);
  return pushed;
}

bool Content::AnyHasBlob(const Digest& digest) const {
  return catalog_->FindBlob(digest).ok() || (overlay_ != nullptr && PushedBlob(digest).ok());
}

Result<std::vector<std::string>> Content::Tags(const FoundRepository& repository) const {
  std::vector<std::string> tags;
  if (repository.bundled != nullptr) {
    for (const auto& [tag, descriptor] : repository.bundled->tags) tags.push_back(tag);
  }
  if (overlay_ == nullptr) return tags;
  ASSIGN_OR_RETURN(std::vector<std::string> pushed, overlay_->Tags(repository.key));
  return Union(tags, pushed);
}

Result<std::vector<std::string>> Content::Repositories() const {
  std::vector<std::string> names = catalog_->RepositoryNames();
  if (overlay_ == nullptr) return names;
  ASSIGN_OR_RETURN(std::vector<std::string> pushed, overlay_->Repositories());
  return Union(names, pushed);
}

Result<std::vector<Descriptor>> Content::Referrers(const FoundRepository& repository,
                                                   const Digest& subject) const {
  std::vector<Descriptor> referrers;
  if (repository.bundled != nullptr) {
    referrers = catalog_->Referrers(*repository.bundled, subject);
  }
  if (overlay_ == nullptr) return referrers;
  ASSIGN_OR_RETURN(std::vector<Descriptor> pushed, overlay_->Referrers(repository.key, subject));
  std::set<Digest> known;
  for (const Descriptor& referrer : referrers) known.insert(referrer.digest);
  for (Descriptor& referrer : pushed) {
    if (known.insert(referrer.digest).second) referrers.push_back(std::move(referrer));
  }
  return referrers;
}

}  // namespace airgap
