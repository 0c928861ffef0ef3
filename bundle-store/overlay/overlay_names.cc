#include "overlay/overlay_names.h"

namespace airgap {
namespace {

// Never changed: a new version is a new string behind these.
const char kVersion1[] =
    "CREATE TABLE blob("
    "  repository TEXT NOT NULL, digest TEXT NOT NULL, is_uploaded INTEGER NOT NULL,"
    "  PRIMARY KEY(repository, digest)) WITHOUT ROWID;"
    "CREATE INDEX blob_by_digest ON blob(digest);"
    "CREATE TABLE manifest("
    "  repository TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL,"
    "  subject TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY(repository, digest));"
    "CREATE INDEX manifest_by_subject ON manifest(repository, subject) WHERE subject <> '';"
    "CREATE TABLE tag("
    "  repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL,"
    "  PRIMARY KEY(repository, tag),"
    "  FOREIGN KEY(repository, digest) REFERENCES manifest ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX tag_by_digest ON tag(repository, digest);";

}  // namespace

Result<std::unique_ptr<OverlayNames>> OverlayNames::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto database, Database::Open(path, {kVersion1}));
  return std::unique_ptr<OverlayNames>(new OverlayNames(std::move(database)));
}

Result<bool> OverlayNames::Any(const std::string& sql, const std::vector<DatabaseValue>& values) {
  bool any = false;
  RETURN_IF_ERROR(database_->Run(sql, values, [&](const DatabaseRow&) { any = true; }));
  return any;
}

Result<std::vector<std::string>> OverlayNames::Texts(const std::string& sql,
                                                     const std::vector<DatabaseValue>& values) {
  std::vector<std::string> texts;
  RETURN_IF_ERROR(
      database_->Run(sql, values, [&](const DatabaseRow& row) { texts.push_back(row.Text(0)); }));
  return texts;
}

Result<bool> OverlayNames::HasRepository(const std::string& repository) {
  return Any(
      "SELECT 1 WHERE EXISTS(SELECT 1 FROM manifest WHERE repository = ?1)"
      " OR EXISTS(SELECT 1 FROM blob WHERE repository = ?1)",
      {repository});
}

Result<std::vector<std::string>> OverlayNames::Repositories() {
  return Texts(
      "SELECT DISTINCT repository FROM manifest UNION SELECT DISTINCT repository FROM blob"
      " ORDER BY 1",
      {});
}

Result<std::vector<std::string>> OverlayNames::Tags(const std::string& repository) {
  return Texts("SELECT tag FROM tag WHERE repository = ? ORDER BY tag", {repository});
}

Result<Digest> OverlayNames::FindTag(const std::string& repository, const std::string& tag) {
  ASSIGN_OR_RETURN(
      std::vector<std::string> found,
      Texts("SELECT digest FROM tag WHERE repository = ? AND tag = ?", {repository, tag}));
  if (found.empty()) return NotFound("repository " + repository + " has no tag '" + tag + "'");
  return Digest::Parse(found[0]);
}

Result<OverlayManifest> OverlayNames::FindManifest(const std::string& repository,
                                                   const Digest& digest) {
  OverlayManifest manifest;
  manifest.digest = digest;
  std::string key = digest.ToString();
  RETURN_IF_ERROR(database_->Run(
      "SELECT media_type, subject, text FROM manifest WHERE repository = ? AND digest = ?",
      {repository, key}, [&](const DatabaseRow& row) {
        manifest.media_type = row.Text(0);
        manifest.subject = row.Text(1);
        manifest.text = std::make_shared<const std::string>(row.Text(2));
      }));
  if (manifest.text == nullptr) {
    return NotFound("repository " + repository + " has no manifest " + key);
  }
  if (Digest::Of(AsBytes(*manifest.text), digest.algorithm()) != digest) {
    return Corrupt("the bytes of manifest " + key + " do not match its digest; push it again");
  }
  return manifest;
}

Result<std::vector<OverlayManifest>> OverlayNames::Referrers(const std::string& repository,
                                                             const Digest& subject) {
  ASSIGN_OR_RETURN(
      std::vector<std::string> digests,
      Texts("SELECT digest FROM manifest WHERE repository = ? AND subject = ? AND subject <> ''"
            " ORDER BY digest",
            {repository, subject.ToString()}));
  std::vector<OverlayManifest> referrers;
  for (const std::string& text : digests) {
    ASSIGN_OR_RETURN(Digest digest, Digest::Parse(text));
    ASSIGN_OR_RETURN(OverlayManifest manifest, FindManifest(repository, digest));
    referrers.push_back(std::move(manifest));
  }
  return referrers;
}

Result<bool> OverlayNames::HasBlob(const std::string& repository, const Digest& digest) {
  return Any("SELECT 1 FROM blob WHERE repository = ? AND digest = ?",
             {repository, digest.ToString()});
}

Result<bool> OverlayNames::IsNamed(const Digest& digest) {
  return Any("SELECT 1 FROM blob WHERE digest = ? LIMIT 1", {digest.ToString()});
}

Result<std::vector<Digest>> OverlayNames::UploadedBlobs() {
  ASSIGN_OR_RETURN(std::vector<std::string> texts,
                   Texts("SELECT DISTINCT digest FROM blob WHERE is_uploaded ORDER BY digest", {}));
  std::vector<Digest> digests;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(Digest digest, Digest::Parse(text));
    digests.push_back(digest);
  }
  return digests;
}

Status OverlayNames::AddBlob(const std::string& repository, const Digest& digest,
                             bool is_uploaded) {
  return database_->Run(
      "INSERT INTO blob(repository, digest, is_uploaded) VALUES(?, ?, ?)"
      " ON CONFLICT DO UPDATE SET is_uploaded = max(is_uploaded, excluded.is_uploaded)",
      {repository, digest.ToString(), int64_t{is_uploaded}});
}

Status OverlayNames::PutManifest(const std::string& repository, const OverlayManifest& manifest,
                                 const std::vector<std::string>& tags) {
  std::string digest = manifest.digest.ToString();
  return database_->Transaction([&]() -> Status {
    RETURN_IF_ERROR(database_->Run(
        "INSERT INTO manifest(repository, digest, media_type, subject, text)"
        " VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " media_type = excluded.media_type, subject = excluded.subject, text = excluded.text",
        {repository, digest, manifest.media_type, manifest.subject, *manifest.text}));
    for (const std::string& tag : tags) {
      RETURN_IF_ERROR(
          database_->Run("INSERT INTO tag(repository, tag, digest) VALUES(?, ?, ?)"
                         " ON CONFLICT DO UPDATE SET digest = excluded.digest",
                         {repository, tag, digest}));
    }
    return OkStatus();
  });
}

Status OverlayNames::DeleteOne(const std::string& sql, const std::vector<DatabaseValue>& values,
                               const std::string& what) {
  RETURN_IF_ERROR(database_->Run(sql, values));
  return database_->changed_rows() > 0 ? OkStatus() : NotFound(what);
}

Status OverlayNames::DeleteTag(const std::string& repository, const std::string& tag) {
  return DeleteOne("DELETE FROM tag WHERE repository = ? AND tag = ?", {repository, tag},
                   "repository " + repository + " has no tag '" + tag + "'");
}

Status OverlayNames::DeleteManifest(const std::string& repository, const Digest& digest) {
  std::string text = digest.ToString();
  return DeleteOne("DELETE FROM manifest WHERE repository = ? AND digest = ?", {repository, text},
                   "repository " + repository + " has no manifest " + text);
}

Status OverlayNames::DeleteBlob(const std::string& repository, const Digest& digest) {
  std::string text = digest.ToString();
  return DeleteOne("DELETE FROM blob WHERE repository = ? AND digest = ?", {repository, text},
                   "repository " + repository + " has no blob " + text);
}

Status OverlayNames::ForgetBlob(const Digest& digest) {
  return database_->Run("DELETE FROM blob WHERE digest = ?", {digest.ToString()});
}

}  // namespace airgap
