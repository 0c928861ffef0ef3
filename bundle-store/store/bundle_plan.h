// What a bundle will hold: every blob with its size and where its bytes come from, and the names
// that index.json will give.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"
#include "oci/manifest.h"

namespace airgap {

// Takes bytes in order; an error stops the giver, which returns that error unchanged.
using ByteSink = std::function<Status(ByteSpan bytes)>;

// Where a blob's bytes come from when a bundle is made: a layout, an archive, a registry, a file.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  // Gives the whole blob to `sink`. The taker verifies size and digest. Several threads may ask
  // for blobs of one source at once.
  virtual Status Stream(const Descriptor& descriptor, const ByteSink& sink) = 0;
  // The bytes from `from_bytes` on; where a source can begin there, it reads nothing before.
  virtual Status StreamFrom(const Descriptor& descriptor, uint64_t from_bytes,
                            const ByteSink& sink);
};

struct PlannedBlob {
  Descriptor descriptor;
  ManifestKind kind = ManifestKind::kNone;
  BlobSource* source = nullptr;  // null: the bytes are here
  std::string bytes;
  std::string wanted_by;  // a reference that needs it, for messages; may be empty
};

class BundlePlan {
 public:
  // `source` must live until the bundle is written. A blob that is planned twice is carried once;
  // two sizes for one digest is kCorrupt.
  Status AddBlob(const Descriptor& descriptor, ManifestKind kind, BlobSource* source,
                 const std::string& wanted_by = "");
  // Bytes at hand (a manifest, a config): verified here.
  Status AddBytes(const Descriptor& descriptor, ManifestKind kind, std::string bytes);
  // One thing to carry, as it will stand in index.json: annotations included (ref.name, subject,
  // asset path).
  void AddRoot(Descriptor descriptor) { roots_.push_back(std::move(descriptor)); }

  void SetName(std::string name) { name_ = std::move(name); }
  void SetVersion(std::string version) { version_ = std::move(version); }
  void AddPlatform(const std::string& platform);
  // When something of the bundle was made, as its publisher says; the latest counts.
  void NoteCreated(int64_t unix_s) { created_unix_s_ = std::max(created_unix_s_, unix_s); }
  // index.json as these bytes, instead of made of roots, name, version and platforms: what is
  // written is that bundle again.
  void SetIndexText(std::string index) { index_text_ = std::move(index); }

  // The payload of cozy-airgap/signatures, instead of an empty list: those of the same index.json.
  void SetSignatures(std::string payload) { signatures_ = std::move(payload); }

  // Makes the bundle a delta: it lists this blob as absent instead of carrying it. The blob must
  // be planned.
  void LeaveOut(const Digest& digest) { left_out_.insert(digest); }

  bool Has(const Digest& digest) const { return blobs_.contains(digest); }
  size_t blob_count() const { return blobs_.size(); }

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::vector<std::string>& platforms() const { return platforms_; }
  int64_t created_unix_s() const { return created_unix_s_; }  // 0: nothing says
  const std::vector<Descriptor>& roots() const { return roots_; }
  // Those left out included.
  const std::map<Digest, PlannedBlob>& blobs() const { return blobs_; }
  const std::set<Digest>& left_out() const { return left_out_; }
  const std::string& index_text() const { return index_text_; }
  const std::string& signatures() const { return signatures_; }

 private:
  std::string name_;
  std::string version_;
  std::vector<std::string> platforms_;
  int64_t created_unix_s_ = 0;
  std::vector<Descriptor> roots_;
  std::map<Digest, PlannedBlob> blobs_;
  std::set<Digest> left_out_;
  std::string index_text_;
  std::string signatures_;
};

}  // namespace airgap
