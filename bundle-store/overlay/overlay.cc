#include "overlay/overlay.h"

#include <sys/random.h>

#include <algorithm>
#include <set>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr unsigned kBlobMode = 0644;

// 128 random bits: whoever knows a session's id may write to it.
std::string NewUploadId() {
  uint8_t random[16];
  if (getrandom(random, sizeof random, 0) != sizeof random) return "";
  static constexpr char kHex[] = "0123456789abcdef";
  std::string id;
  for (uint8_t byte : random) {
    id += kHex[byte >> 4];
    id += kHex[byte & 15];
  }
  return id;
}

std::string_view FolderOfAlgorithm(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::kSha256 ? "sha256" : "sha512";
}

Descriptor ListedReferrer(const OverlayManifest& manifest, const Manifest& parsed) {
  Descriptor listed;
  listed.media_type = manifest.media_type;
  listed.digest = manifest.digest;
  listed.size_bytes = manifest.text->size();
  listed.artifact_type = parsed.artifact_type;
  listed.annotations = parsed.annotations;
  return listed;
}

}  // namespace

Overlay::Overlay(Env* env, std::string folder, std::unique_ptr<OverlayNames> names)
    : env_(env), folder_(std::move(folder)), names_(std::move(names)) {}

Result<std::unique_ptr<Overlay>> Overlay::Open(Env* env, const std::string& folder,
                                               std::vector<std::string>* problems) {
  for (const char* inner : {"/blobs/sha256", "/blobs/sha512", "/uploads"}) {
    RETURN_IF_ERROR(MakeFolders(folder + inner));
  }
  ASSIGN_OR_RETURN(auto names, OverlayNames::Open(folder + "/names.db"));
  std::unique_ptr<Overlay> overlay(new Overlay(env, folder, std::move(names)));
  RETURN_IF_ERROR(overlay->RemoveUploads());
  RETURN_IF_ERROR(overlay->Reconcile(problems));
  return overlay;
}

Status Overlay::RemoveUploads() {
  ASSIGN_OR_RETURN(std::vector<std::string> files, env_->ListFiles(folder_ + "/uploads"));
  for (const std::string& file : files) {
    RETURN_IF_ERROR(env_->RemoveFile(folder_ + "/uploads/" + file));
  }
  return OkStatus();
}

Status Overlay::Reconcile(std::vector<std::string>* problems) {
  ASSIGN_OR_RETURN(std::vector<Digest> named, names_->UploadedBlobs());
  std::set<Digest> lost(named.begin(), named.end());
  for (DigestAlgorithm algorithm : {DigestAlgorithm::kSha256, DigestAlgorithm::kSha512}) {
    std::string_view name = FolderOfAlgorithm(algorithm);
    std::string folder = folder_ + "/blobs/" + std::string(name) + "/";
    ASSIGN_OR_RETURN(std::vector<std::string> files, env_->ListFiles(folder));
    for (const std::string& file : files) {
      Result<Digest> digest = Digest::Parse(std::string(name) + ":" + file);
      if (digest.ok() && lost.erase(*digest) == 1) continue;
      RETURN_IF_ERROR(env_->RemoveFile(folder + file));
    }
  }
  for (const Digest& digest : lost) {
    RETURN_IF_ERROR(names_->ForgetBlob(digest));
    problems->push_back("pushed blob " + digest.ToString() + " is lost: " + BlobPath(digest) +
                        " is not there; push it again");
  }
  return OkStatus();
}

std::string Overlay::BlobPath(const Digest& digest) const {
  return folder_ + "/blobs/" + std::string(FolderOfAlgorithm(digest.algorithm())) + "/" +
         digest.Hex();
}

Result<bool> Overlay::HasRepository(const std::string& repository) const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->HasRepository(repository);
}

Result<std::vector<std::string>> Overlay::Repositories() const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->Repositories();
}

Result<std::vector<std::string>> Overlay::Tags(const std::string& repository) const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->Tags(repository);
}

Result<Digest> Overlay::FindTag(const std::string& repository, const std::string& tag) const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->FindTag(repository, tag);
}

Result<OverlayManifest> Overlay::FindManifest(const std::string& repository,
                                              const Digest& digest) const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->FindManifest(repository, digest);
}

Result<std::vector<Descriptor>> Overlay::Referrers(const std::string& repository,
                                                   const Digest& subject) const {
  std::vector<OverlayManifest> manifests;
  {
    std::lock_guard<std::mutex> lock(names_mutex_);
    ASSIGN_OR_RETURN(manifests, names_->Referrers(repository, subject));
  }
  std::vector<Descriptor> referrers;
  for (const OverlayManifest& manifest : manifests) {
    Result<Manifest> parsed = Manifest::Parse(*manifest.text, manifest.media_type, "referrer");
    if (parsed.ok()) referrers.push_back(ListedReferrer(manifest, *parsed));
  }
  return referrers;
}

Result<bool> Overlay::HasBlob(const std::string& repository, const Digest& digest) const {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->HasBlob(repository, digest);
}

Result<std::shared_ptr<ReadableFile>> Overlay::OpenBlob(const Digest& digest) const {
  Result<std::shared_ptr<ReadableFile>> file = env_->OpenReadable(BlobPath(digest));
  if (!file.ok() && file.status().code() == Code::kNotFound) {
    return NotFound("blob " + digest.ToString() + " was not pushed here");
  }
  return file;
}

Status Overlay::LinkBlob(const std::string& repository, const Digest& digest) {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->AddBlob(repository, digest, OpenBlob(digest).ok());
}

Status Overlay::CheckSpace(uint64_t size_bytes) const {
  ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(folder_));
  if (free_bytes >= limits::overlay_reserve_bytes &&
      free_bytes - limits::overlay_reserve_bytes >= size_bytes) {
    return OkStatus();
  }
  std::string more = size_bytes == 0 ? "more" : std::to_string(size_bytes) + " more bytes";
  return NoSpace(folder_ + " has no room for " + more + ": " + std::to_string(free_bytes) +
                 " bytes are free, " + std::to_string(limits::overlay_reserve_bytes) +
                 " of them must stay free; delete what is not needed or make room");
}

void Overlay::DropIdleUploads() {
  for (auto at = uploads_.begin(); at != uploads_.end();) {
    bool is_idle = at->second->idle_s() > limits::upload_idle_max_s;
    at = is_idle ? uploads_.erase(at) : std::next(at);
  }
}

Result<std::shared_ptr<Upload>> Overlay::StartUpload(const std::string& repository) {
  RETURN_IF_ERROR(CheckSpace(0));
  std::string id = NewUploadId();
  if (id.empty()) return ErrnoStatus(errno, "cannot make the id of an upload session");
  {
    std::lock_guard<std::mutex> lock(uploads_mutex_);
    DropIdleUploads();
    if (uploads_.size() >= limits::uploads_max_count) {
      return LimitExceeded("too many upload sessions stand open (" +
                           std::to_string(limits::uploads_max_count) + "); try again later");
    }
  }
  ASSIGN_OR_RETURN(auto file, env_->CreatePending(folder_ + "/uploads/" + id, kBlobMode));
  auto upload = std::make_shared<Upload>(id, repository, std::move(file));
  std::lock_guard<std::mutex> lock(uploads_mutex_);
  uploads_.emplace(id, upload);
  return upload;
}

Result<std::shared_ptr<Upload>> Overlay::FindUpload(const std::string& repository,
                                                    const std::string& id) {
  std::lock_guard<std::mutex> lock(uploads_mutex_);
  auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second->repository() != repository) {
    return NotFound("repository " + repository + " has no such upload session; start a new one");
  }
  return found->second;
}

void Overlay::DropUpload(const std::string& id) {
  std::lock_guard<std::mutex> lock(uploads_mutex_);
  uploads_.erase(id);
}

Status Overlay::FinishUpload(const std::shared_ptr<Upload>& upload, const Digest& digest) {
  ASSIGN_OR_RETURN(Digest received, upload->Hash(digest.algorithm()));
  DropUpload(upload->id());
  if (received != digest) {
    return InvalidArgument("the " + std::to_string(upload->received_bytes()) +
                           " bytes that came have the digest " + received.ToString() + ", not " +
                           digest.ToString() + "; push the blob again");
  }
  RETURN_IF_ERROR(upload->Sync());
  // The lock keeps a delete of the same digest from removing the file before its row stands.
  std::lock_guard<std::mutex> lock(names_mutex_);
  RETURN_IF_ERROR(upload->CommitAs(BlobPath(digest)));
  Status added = names_->AddBlob(upload->repository(), digest, true);
  if (!added.ok()) {
    Result<bool> is_named = names_->IsNamed(digest);
    if (is_named.ok() && !*is_named) (void)env_->RemoveFile(BlobPath(digest));
  }
  return added;
}

Status Overlay::PutManifest(const std::string& repository, const OverlayManifest& manifest,
                            const std::vector<std::string>& tags) {
  RETURN_IF_ERROR(CheckSpace(manifest.text->size()));
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->PutManifest(repository, manifest, tags);
}

Status Overlay::DeleteTag(const std::string& repository, const std::string& tag) {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->DeleteTag(repository, tag);
}

Status Overlay::DeleteManifest(const std::string& repository, const Digest& digest) {
  std::lock_guard<std::mutex> lock(names_mutex_);
  return names_->DeleteManifest(repository, digest);
}

Status Overlay::DeleteBlob(const std::string& repository, const Digest& digest) {
  std::lock_guard<std::mutex> lock(names_mutex_);
  RETURN_IF_ERROR(names_->DeleteBlob(repository, digest));
  ASSIGN_OR_RETURN(bool is_named, names_->IsNamed(digest));
  // Not there is fine: the bytes may be a bundle's.
  return is_named ? OkStatus() : env_->RemoveFile(BlobPath(digest));
}

}  // namespace airgap
