// The overlay: what clients push, on writable storage, over the bundles, which never change.
//
// A folder:
//   names.db                     sqlite: which repository has which blobs, manifests and tags
//   blobs/sha256/<hex>           pushed blobs, each once however many repositories have it
//   blobs/sha512/<hex>
//   uploads/<id>.partial-XXXXXX  bytes of upload sessions; removed at every start
//
// What a call acknowledged survives a power cut: the blob's bytes and its folder are synced before
// the row that names it, and the row before the answer. What was not acknowledged leaves at most a
// file that no row names, which the next start removes.
//
// A repository is called by its key, "ghcr.io/org/x" or "org/x" (store/repository_key.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "oci/digest.h"
#include "oci/manifest.h"
#include "overlay/overlay_names.h"
#include "overlay/upload.h"

namespace airgap {

// Safe to use from several threads.
class Overlay {
 public:
  // Opens or makes the overlay in `folder`. Errors: of the database (base/database.h), or what the
  // disk gave. `problems` gets a line for every blob that the names know and the disk has lost.
  static Result<std::unique_ptr<Overlay>> Open(Env* env, const std::string& folder,
                                               std::vector<std::string>* problems);

  Result<bool> HasRepository(const std::string& repository) const;
  // Sorted.
  Result<std::vector<std::string>> Repositories() const;
  Result<std::vector<std::string>> Tags(const std::string& repository) const;
  Result<Digest> FindTag(const std::string& repository, const std::string& tag) const;
  Result<OverlayManifest> FindManifest(const std::string& repository, const Digest& digest) const;
  // Manifests of the repository whose subject is `subject`, as the referrers API lists them.
  Result<std::vector<Descriptor>> Referrers(const std::string& repository,
                                            const Digest& subject) const;

  // Whether the repository was given this blob: uploaded, or mounted from another one.
  Result<bool> HasBlob(const std::string& repository, const Digest& digest) const;
  // The bytes, wherever they were pushed to. kNotFound when only a bundle can have them.
  Result<std::shared_ptr<ReadableFile>> OpenBlob(const Digest& digest) const;
  // Gives a blob that exists, here or in a bundle, to one more repository.
  Status LinkBlob(const std::string& repository, const Digest& digest);

  // A new session. kLimitExceeded: too many stand open. Sessions that nobody touched for
  // limits::upload_idle_max_s make room.
  Result<std::shared_ptr<Upload>> StartUpload(const std::string& repository);
  // kNotFound: no such session (any more).
  Result<std::shared_ptr<Upload>> FindUpload(const std::string& repository, const std::string& id);
  void DropUpload(const std::string& id);
  // Ends the session: its bytes are the repository's blob `digest`. kInvalidArgument: they are
  // not; the session is dropped then.
  Status FinishUpload(const std::shared_ptr<Upload>& upload, const Digest& digest);

  // Stores a manifest, whose bytes were checked against its digest, and points `tags` at it.
  Status PutManifest(const std::string& repository, const OverlayManifest& manifest,
                     const std::vector<std::string>& tags);
  // kNotFound when there is no such thing here.
  Status DeleteTag(const std::string& repository, const std::string& tag);
  Status DeleteManifest(const std::string& repository, const Digest& digest);
  Status DeleteBlob(const std::string& repository, const Digest& digest);

  // kNoSpace when `size_bytes` more do not fit beside the reserve.
  Status CheckSpace(uint64_t size_bytes) const;

 private:
  Overlay(Env* env, std::string folder, std::unique_ptr<OverlayNames> names);
  std::string BlobPath(const Digest& digest) const;
  // Removes files that no row names, and rows whose file is lost.
  Status Reconcile(std::vector<std::string>* problems);
  Status RemoveUploads();
  void DropIdleUploads();

  Env* const env_;
  const std::string folder_;
  mutable std::mutex names_mutex_;  // guards names_, and blobs/ against a delete beside an upload
  std::unique_ptr<OverlayNames> names_;
  std::mutex uploads_mutex_;
  std::map<std::string, std::shared_ptr<Upload>> uploads_;  // by id
};

}  // namespace airgap
