// The overlay's database: names only; blobs lie beside it as files. Not for several threads at
// once: its owner has a mutex.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/database.h"
#include "oci/digest.h"
#include "oci/manifest.h"

namespace airgap {

struct OverlayManifest {
  Digest digest;
  std::string media_type;
  std::shared_ptr<const std::string> text;
  std::string subject;  // a digest; empty when there is none
};

class OverlayNames {
 public:
  static Result<std::unique_ptr<OverlayNames>> Open(const std::string& path);

  // Errors of everything below that do not stand beside it: what the database gave.
  Result<bool> HasRepository(const std::string& repository);
  Result<std::vector<std::string>> Repositories();
  Result<std::vector<std::string>> Tags(const std::string& repository);
  // kNotFound, for all that find and delete.
  Result<Digest> FindTag(const std::string& repository, const std::string& tag);
  Result<OverlayManifest> FindManifest(const std::string& repository, const Digest& digest);
  Result<std::vector<OverlayManifest>> Referrers(const std::string& repository,
                                                 const Digest& subject);
  Result<bool> HasBlob(const std::string& repository, const Digest& digest);
  // Whether any repository has it.
  Result<bool> IsNamed(const Digest& digest);
  // Digests that rows name and that were uploaded here.
  Result<std::vector<Digest>> UploadedBlobs();

  // `is_uploaded`: its bytes are here; otherwise they are a bundle's.
  Status AddBlob(const std::string& repository, const Digest& digest, bool is_uploaded);
  Status PutManifest(const std::string& repository, const OverlayManifest& manifest,
                     const std::vector<std::string>& tags);
  Status DeleteTag(const std::string& repository, const std::string& tag);
  Status DeleteManifest(const std::string& repository, const Digest& digest);
  Status DeleteBlob(const std::string& repository, const Digest& digest);
  // From every repository.
  Status ForgetBlob(const Digest& digest);

 private:
  explicit OverlayNames(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Result<bool> Any(const std::string& sql, const std::vector<DatabaseValue>& values);
  Result<std::vector<std::string>> Texts(const std::string& sql,
                                         const std::vector<DatabaseValue>& values);
  Status DeleteOne(const std::string& sql, const std::vector<DatabaseValue>& values,
                   const std::string& what);

  std::unique_ptr<Database> database_;
};

}  // namespace airgap
