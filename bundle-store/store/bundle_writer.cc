#include "store/bundle_writer.h"

#include <algorithm>

#include "base/limits.h"
#include "store/offset_table.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr char kOciLayout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
constexpr uint64_t kSmallBlobMaxBytes = 64 * limits::kKiB;
constexpr uint64_t kEndBytes = 2 * kTarBlockBytes;

}  // namespace

Status BundlePlan::AddBlob(const Descriptor& descriptor, ManifestKind kind, BlobSource* source) {
  if (descriptor.digest.algorithm() != DigestAlgorithm::kSha256) {
    return Unsupported("blob " + descriptor.digest.Short() +
                       "... is named by sha512; a bundle carries sha256 only");
  }
  auto [at, is_new] = blobs_.emplace(descriptor.digest, PlannedBlob{descriptor, kind, source, ""});
  if (!is_new && at->second.descriptor.size_bytes != descriptor.size_bytes) {
    return Corrupt("blob " + descriptor.digest.ToString() + " is said to have " +
                   std::to_string(at->second.descriptor.size_bytes) + " bytes in one place and " +
                   std::to_string(descriptor.size_bytes) + " in another");
  }
  if (!is_new && at->second.kind == ManifestKind::kNone) at->second.kind = kind;
  if (is_new && blobs_.size() > limits::bundle_blobs_max_count) {
    return LimitExceeded("more than " + std::to_string(limits::bundle_blobs_max_count) +
                         " blobs; make several bundles");
  }
  return OkStatus();
}

Status BundlePlan::AddBytes(const Descriptor& descriptor, ManifestKind kind, std::string bytes) {
  if (bytes.size() != descriptor.size_bytes) {
    return Corrupt("blob " + descriptor.digest.ToString() + " has " + std::to_string(bytes.size()) +
                   " bytes instead of " + std::to_string(descriptor.size_bytes));
  }
  if (Digest::Of(AsBytes(bytes), descriptor.digest.algorithm()) != descriptor.digest) {
    return Corrupt("the bytes of blob " + descriptor.digest.ToString() +
                   " do not match its digest");
  }
  bool is_new = !Has(descriptor.digest);
  RETURN_IF_ERROR(AddBlob(descriptor, kind, nullptr));
  if (is_new) blobs_.at(descriptor.digest).bytes = std::move(bytes);
  return OkStatus();
}

void BundlePlan::AddPlatform(const std::string& platform) {
  if (std::find(platforms_.begin(), platforms_.end(), platform) == platforms_.end()) {
    platforms_.push_back(platform);
  }
}

// Lays out the file, then streams it in order.
class BundleFileWriter {
 public:
  BundleFileWriter(Env* env, const std::string& path, const BundlePlan& plan,
                   const std::function<void(const WriteProgress&)>& progress)
      : env_(env), path_(path), plan_(plan), progress_(progress) {}

  Result<Digest> Write() {
    std::string index = FormatIndex();
    if (index.size() > limits::index_json_max_bytes) {
      return LimitExceeded("index.json would have " + std::to_string(index.size()) +
                           " bytes; make several bundles");
    }
    uint64_t total = LayOut(index.size());
    if (total > limits::bundle_size_max_bytes) {
      return LimitExceeded("the bundle would have " + std::to_string(total) +
                           " bytes; at most 2 TiB are possible");
    }
    RETURN_IF_ERROR(CheckSpace(total));
    ASSIGN_OR_RETURN(file_, env_->CreatePending(path_, 0644));
    RETURN_IF_ERROR(WriteEntry("oci-layout", kOciLayout));
    RETURN_IF_ERROR(WriteEntry("index.json", index));
    RETURN_IF_ERROR(WriteEntry(kOffsetTableName, EncodeOffsetTable(table_)));
    for (const Planned* blob : order_) RETURN_IF_ERROR(WriteBlob(*blob));
    RETURN_IF_ERROR(Append(std::string(kEndBytes, '\0')));
    RETURN_IF_ERROR(file_->Commit());
    return Digest::Of(AsBytes(index));
  }

 private:
  using Planned = BundlePlan::PlannedBlob;

  std::string FormatIndex() const {
    std::vector<Descriptor> roots = plan_.roots_;
    std::sort(roots.begin(), roots.end(), [](const Descriptor& a, const Descriptor& b) {
      std::string name_a = a.Annotation(annotation::kRefName);
      std::string name_b = b.Annotation(annotation::kRefName);
      return name_a != name_b ? name_a < name_b : a.digest < b.digest;
    });
    JsonBuilder builder;
    JsonNode root = builder.root();
    root.Put("schemaVersion", 2);
    root.Put("mediaType", media_type::kOciIndex);
    JsonNode manifests = root.PutArray("manifests");
    for (const Descriptor& descriptor : roots) descriptor.WriteTo(manifests.AddObject());
    JsonNode annotations = root.PutObject("annotations");
    annotations.Put(annotation::kBundleName, plan_.name_);
    annotations.Put(annotation::kBundleVersion, plan_.version_);
    std::string platforms;
    for (const std::string& platform : plan_.platforms_) {
      platforms += (platforms.empty() ? "" : ",") + platform;
    }
    annotations.Put(annotation::kPlatforms, platforms);
    return builder.ToText();
  }

  // Manifests first, then small blobs, then large ones: what names need to resolve lies together
  // at the front.
  static int GroupOf(const Planned& blob) {
    if (blob.kind != ManifestKind::kNone) return 0;
    return blob.descriptor.size_bytes <= kSmallBlobMaxBytes ? 1 : 2;
  }

  // Fills order_ and table_; returns the size of the whole file.
  uint64_t LayOut(uint64_t index_bytes) {
    for (int group = 0; group < 3; ++group) {
      for (const auto& [digest, blob] : plan_.blobs_) {
        if (GroupOf(blob) == group) order_.push_back(&blob);
      }
    }
    uint64_t offset = EntryBytes(sizeof kOciLayout - 1) + EntryBytes(index_bytes) +
                      EntryBytes(kOffsetTableHeaderBytes + order_.size() * kOffsetTableRecordBytes);
    for (const Planned* blob : order_) {
      uint64_t size = blob->descriptor.size_bytes;
      table_.push_back({blob->descriptor.digest, offset + TarHeaderBytes(size), size, blob->kind});
      offset += EntryBytes(size);
      progress_state_.total_bytes += size;
    }
    progress_state_.total_blobs = order_.size();
    std::sort(table_.begin(), table_.end(),
              [](const BlobEntry& a, const BlobEntry& b) { return a.digest < b.digest; });
    return offset + kEndBytes;
  }

  static uint64_t EntryBytes(uint64_t size) {
    return TarHeaderBytes(size) + size + TarPaddingBytes(size);
  }

  Status CheckSpace(uint64_t total) {
    ASSIGN_OR_RETURN(uint64_t free_bytes, env_->FreeBytes(FolderOf(path_)));
    if (free_bytes >= total) return OkStatus();
    return NoSpace(path_ + " needs " + std::to_string(total) + " bytes, " + FolderOf(path_) +
                   " has " + std::to_string(free_bytes) + " left");
  }

  Status Append(std::string_view text) { return file_->Append(AsBytes(text)); }

  Status WriteEntry(const std::string& name, std::string_view content) {
    RETURN_IF_ERROR(Append(FormatTarHeader(name, content.size())));
    RETURN_IF_ERROR(Append(content));
    return Append(std::string(TarPaddingBytes(content.size()), '\0'));
  }

  Status WriteBlob(const Planned& blob) {
    const Descriptor& descriptor = blob.descriptor;
    std::string name = "blobs/sha256/" + descriptor.digest.Hex();
    if (blob.source == nullptr) {
      RETURN_IF_ERROR(WriteEntry(name, blob.bytes));
      progress_state_.done_bytes += descriptor.size_bytes;
    } else {
      RETURN_IF_ERROR(Append(FormatTarHeader(name, descriptor.size_bytes)));
      RETURN_IF_ERROR(StreamBlob(blob));
      RETURN_IF_ERROR(Append(std::string(TarPaddingBytes(descriptor.size_bytes), '\0')));
    }
    ++progress_state_.done_blobs;
    if (progress_) progress_(progress_state_);
    return OkStatus();
  }

  Status StreamBlob(const Planned& blob) {
    const Descriptor& descriptor = blob.descriptor;
    Hasher hasher;
    uint64_t taken = 0;
    RETURN_IF_ERROR(blob.source->Stream(descriptor, [&](ByteSpan bytes) -> Status {
      if (bytes.size() > descriptor.size_bytes - taken) return WrongSize(descriptor, "more than");
      taken += bytes.size();
      hasher.Update(bytes);
      RETURN_IF_ERROR(file_->Append(bytes));
      progress_state_.done_bytes += bytes.size();
      if (progress_) progress_(progress_state_);
      return OkStatus();
    }));
    if (taken != descriptor.size_bytes) return WrongSize(descriptor, "fewer than");
    if (hasher.Finish() != descriptor.digest) {
      return Corrupt("the bytes of blob " + descriptor.digest.ToString() +
                     " do not match its digest; its source is damaged");
    }
    return OkStatus();
  }

  static Status WrongSize(const Descriptor& descriptor, const char* relation) {
    return Corrupt("blob " + descriptor.digest.ToString() + " has " + relation + " the " +
                   std::to_string(descriptor.size_bytes) + " bytes that its descriptor says");
  }

  Env* env_;
  const std::string& path_;
  const BundlePlan& plan_;
  const std::function<void(const WriteProgress&)>& progress_;
  std::vector<const Planned*> order_;
  std::vector<BlobEntry> table_;
  std::unique_ptr<PendingFile> file_;
  WriteProgress progress_state_;
};

Result<Digest> WriteBundle(Env* env, const std::string& path, const BundlePlan& plan,
                           const std::function<void(const WriteProgress&)>& progress) {
  return BundleFileWriter(env, path, plan, progress).Write();
}

}  // namespace airgap
