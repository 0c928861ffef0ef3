#include "store/bundle.h"

#include <algorithm>
#include <sstream>

#include "base/limits.h"
#include "base/utc.h"
#include "store/gpt.h"
#include "store/offset_table.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr char kBlobPrefix[] = "blobs/sha256/";
constexpr size_t kBlobPrefixBytes = sizeof kBlobPrefix - 1;
constexpr char kOwnPrefix[] = "cozy-airgap/";
constexpr uint64_t kOciLayoutMaxBytes = 4096;
constexpr uint64_t kTableMaxBytes =
    kOffsetTableHeaderBytes + limits::bundle_blobs_max_count * kOffsetTableRecordBytes;

std::string BlobName(const Digest& digest) { return kBlobPrefix + digest.Hex(); }

std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

bool ComesBefore(const BlobEntry& blob, const Digest& digest) { return blob.digest < digest; }

}  // namespace

// Fills one Bundle from the front of a tar.
class BundleOpener {
 public:
  BundleOpener(std::shared_ptr<ReadableFile> file, uint64_t offset, uint64_t size)
      : bundle_(new Bundle()) {
    bundle_->location_ = file->name();
    if (offset != 0) bundle_->location_ += " at byte " + std::to_string(offset);
    bundle_->file_ = std::move(file);
    bundle_->base_offset_ = offset;
    bundle_->size_ = size;
  }

  Result<std::shared_ptr<Bundle>> Open() {
    uint64_t end = bundle_->file_->size_bytes();
    if (bundle_->base_offset_ > end || bundle_->size_ > end - bundle_->base_offset_) {
      return Corrupt(bundle_->location_ + " goes past the end of its medium");
    }
    ASSIGN_OR_RETURN(TarEntry layout, ReadLayout());
    ASSIGN_OR_RETURN(TarEntry index, ReadIndex(layout.NextOffset()));
    ASSIGN_OR_RETURN(TarEntry third, EntryAt(index.NextOffset()));
    if (!third.is_end && third.name == kOffsetTableName) {
      RETURN_IF_ERROR(ReadTable(third));
      bundle_->after_table_ = third.NextOffset();
      RETURN_IF_ERROR(ReadAbsent(third.NextOffset()));
    } else {
      RETURN_IF_ERROR(WalkHeaders(index.NextOffset()));
    }
    size_t count = bundle_->blobs_.size();
    bundle_->states_ = std::make_unique<std::atomic<uint8_t>[]>(count);
    bundle_->header_checked_ = std::make_unique<std::atomic<bool>[]>(count);
    return bundle_;
  }

 private:
  Result<TarEntry> EntryAt(uint64_t offset) {
    return ReadTarEntry(*bundle_->file_, bundle_->base_offset_, bundle_->size_, offset);
  }

  Result<std::string> ReadEntry(const TarEntry& entry, uint64_t max_bytes) {
    if (entry.size_bytes > max_bytes) {
      return Corrupt(bundle_->location_ + ": " + entry.name + " has " +
                     std::to_string(entry.size_bytes) + " bytes; at most " +
                     std::to_string(max_bytes) + " are accepted");
    }
    std::string text(entry.size_bytes, '\0');
    RETURN_IF_ERROR(bundle_->file_->ReadAt(bundle_->base_offset_ + entry.payload_offset_bytes,
                                           {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
    return text;
  }

  Result<TarEntry> ReadLayout() {
    ASSIGN_OR_RETURN(TarEntry entry, EntryAt(0));
    if (entry.name != "oci-layout") {
      return Corrupt(bundle_->location_ +
                     " is no bundle: its first tar entry is not oci-layout; make one with"
                     " 'cozy-airgap bundle create --from oci-archive:FILE'");
    }
    ASSIGN_OR_RETURN(std::string text, ReadEntry(entry, kOciLayoutMaxBytes));
    ASSIGN_OR_RETURN(
        JsonDocument document,
        JsonDocument::Parse(text, kOciLayoutMaxBytes, bundle_->location_ + ": oci-layout"));
    if (document.root()["imageLayoutVersion"].String() != "1.0.0") {
      return Corrupt(bundle_->location_ + ": oci-layout is not of version 1.0.0");
    }
    return entry;
  }

  Result<TarEntry> ReadIndex(uint64_t offset) {
    ASSIGN_OR_RETURN(TarEntry entry, EntryAt(offset));
    if (entry.name != "index.json") {
      return Corrupt(bundle_->location_ + " is no bundle: its second tar entry is not index.json");
    }
    ASSIGN_OR_RETURN(bundle_->index_json_, ReadEntry(entry, limits::index_json_max_bytes));
    ASSIGN_OR_RETURN(bundle_->index_, Manifest::Parse(bundle_->index_json_, media_type::kOciIndex,
                                                      bundle_->location_ + ": index.json",
                                                      limits::index_json_max_bytes));
    if (bundle_->index_.kind != ManifestKind::kOciIndex) {
      return Corrupt(bundle_->location_ + ": index.json is no OCI image index");
    }
    bundle_->identity_ = Digest::Of(AsBytes(bundle_->index_json_));
    TakeAnnotations();
    return entry;
  }

  void TakeAnnotations() {
    auto get = [&](const char* key) {
      auto found = bundle_->index_.annotations.find(key);
      return found == bundle_->index_.annotations.end() ? std::string() : found->second;
    };
    bundle_->name_ = get(annotation::kBundleName);
    bundle_->version_ = get(annotation::kBundleVersion);
    bundle_->created_unix_s_ = ParseUtc(get(annotation::kCreated)).value_or(0);
    bundle_->platforms_ = SplitList(get(annotation::kPlatforms));
    for (const Descriptor& descriptor : bundle_->index_.manifests) {
      std::string path = descriptor.Annotation(annotation::kAssetPath);
      if (!path.empty()) bundle_->assets_.push_back({path, descriptor});
    }
  }

  Status ReadTable(const TarEntry& entry) {
    ASSIGN_OR_RETURN(std::string table, ReadEntry(entry, kTableMaxBytes));
    ASSIGN_OR_RETURN(bundle_->blobs_, DecodeOffsetTable(table, bundle_->size_, bundle_->location_));
    return OkStatus();
  }

  // Looks for the list of absent blobs among the entries that may stand before the first blob.
  Status ReadAbsent(uint64_t offset) {
    for (uint64_t i = 0; i < limits::bundle_other_entries_max_count; ++i) {
      ASSIGN_OR_RETURN(TarEntry entry, EntryAt(offset));
      if (entry.is_end || entry.name.rfind(kOwnPrefix, 0) != 0) return OkStatus();
      if (entry.name == kAbsentTableName) return TakeAbsent(entry);
      offset = entry.NextOffset();
    }
    return OkStatus();
  }

  Status TakeAbsent(const TarEntry& entry) {
    ASSIGN_OR_RETURN(std::string table, ReadEntry(entry, kTableMaxBytes));
    ASSIGN_OR_RETURN(bundle_->absent_, DecodeAbsentTable(table, bundle_->location_));
    uint64_t count = bundle_->blobs_.size() + bundle_->absent_.size();
    if (count > limits::bundle_blobs_max_count) {
      return LimitExceeded(bundle_->location_ + " names " + std::to_string(count) +
                           " blobs; at most " + std::to_string(limits::bundle_blobs_max_count) +
                           " are possible");
    }
    for (const BlobEntry& blob : bundle_->absent_) {
      if (!bundle_->Find(blob.digest)) continue;
      return Corrupt(bundle_->location_ + " holds blob " + blob.digest.Short() +
                     " and lists it as absent as well");
    }
    return OkStatus();
  }

  // No table: a layout tar that another tool wrote. Only its roots' kinds are known.
  Status WalkHeaders(uint64_t offset) {
    uint64_t others = 0;
    for (;;) {
      ASSIGN_OR_RETURN(TarEntry entry, EntryAt(offset));
      if (entry.is_end) break;
      offset = entry.NextOffset();
      if (entry.name.compare(0, kBlobPrefixBytes, kBlobPrefix) != 0) {
        if (++others > limits::bundle_other_entries_max_count) {
          return Corrupt(bundle_->location_ + " has too many entries that are no blobs");
        }
        continue;
      }
      if (bundle_->blobs_.size() == limits::bundle_blobs_max_count) {
        return Corrupt(bundle_->location_ + " has more than " +
                       std::to_string(limits::bundle_blobs_max_count) + " blobs");
      }
      Result<Digest> digest = Digest::Parse("sha256:" + entry.name.substr(kBlobPrefixBytes));
      if (!digest.ok()) {
        return Corrupt(bundle_->location_ + ": " + entry.name + ": " + digest.status().message());
      }
      bundle_->blobs_.push_back(
          {*digest, entry.payload_offset_bytes, entry.size_bytes, ManifestKind::kNone});
    }
    return SortBlobs();
  }

  Status SortBlobs() {
    auto& blobs = bundle_->blobs_;
    std::sort(blobs.begin(), blobs.end(),
              [](const BlobEntry& a, const BlobEntry& b) { return a.digest < b.digest; });
    for (size_t i = 1; i < blobs.size(); ++i) {
      if (blobs[i].digest == blobs[i - 1].digest) {
        return Corrupt(bundle_->location_ + " holds blob " + blobs[i].digest.Short() + " twice");
      }
    }
    for (const Descriptor& root : bundle_->index_.manifests) {
      if (std::optional<size_t> number = bundle_->Find(root.digest)) {
        blobs[*number].kind = KindOfMediaType(root.media_type);
      }
    }
    return OkStatus();
  }

  std::shared_ptr<Bundle> bundle_;
};

Result<std::shared_ptr<Bundle>> Bundle::Open(std::shared_ptr<ReadableFile> file,
                                             uint64_t offset_bytes, uint64_t size_bytes) {
  if (size_bytes > limits::bundle_size_max_bytes) {
    return LimitExceeded(file->name() + " has " + std::to_string(size_bytes) +
                         " bytes; a bundle has at most 2 TiB");
  }
  return BundleOpener(std::move(file), offset_bytes, size_bytes).Open();
}

std::optional<size_t> Bundle::Find(const Digest& digest) const {
  auto at = std::lower_bound(blobs_.begin(), blobs_.end(), digest, ComesBefore);
  if (at == blobs_.end() || at->digest != digest) return std::nullopt;
  return static_cast<size_t>(at - blobs_.begin());
}

uint64_t Bundle::absent_bytes() const {
  uint64_t bytes = 0;
  for (const BlobEntry& blob : absent_) bytes += blob.size_bytes;
  return bytes;
}

const BlobEntry* Bundle::FindAbsent(const Digest& digest) const {
  auto at = std::lower_bound(absent_.begin(), absent_.end(), digest, ComesBefore);
  return at == absent_.end() || at->digest != digest ? nullptr : &*at;
}

Status Bundle::CheckHeader(size_t blob_number) const {
  if (header_checked_[blob_number].load(std::memory_order_acquire)) return OkStatus();
  const BlobEntry& blob = blobs_[blob_number];
  uint64_t header_at = blob.offset_bytes - TarHeaderBytes(blob.size_bytes);
  ASSIGN_OR_RETURN(TarEntry entry, ReadTarEntry(*file_, base_offset_, size_, header_at));
  if (entry.is_end || entry.name != BlobName(blob.digest) || entry.size_bytes != blob.size_bytes ||
      entry.payload_offset_bytes != blob.offset_bytes) {
    SetState(blob_number, BlobState::kCorrupt);
    return Corrupt(location_ + ": the tar header of blob " + blob.digest.ToString() +
                   " does not fit the offset table; the bundle is damaged");
  }
  header_checked_[blob_number].store(true, std::memory_order_release);
  return OkStatus();
}

Status Bundle::ReadBlob(size_t blob_number, uint64_t offset_bytes, MutableByteSpan out) const {
  const BlobEntry& blob = blobs_[blob_number];
  if (out.size() > blob.size_bytes || offset_bytes > blob.size_bytes - out.size()) {
    return InvalidArgument("a read past the end of blob " + blob.digest.ToString());
  }
  return file_->ReadAt(base_offset_ + blob.offset_bytes + offset_bytes, out);
}

FileSegment Bundle::SegmentOf(size_t blob_number, uint64_t offset_bytes,
                              uint64_t length_bytes) const {
  FileSegment segment =
      file_->SegmentAt(base_offset_ + blobs_[blob_number].offset_bytes + offset_bytes);
  if (segment.length_bytes < length_bytes) return FileSegment();
  segment.length_bytes = length_bytes;
  return segment;
}

Result<std::string> Bundle::ReadWholeBlob(size_t blob_number, uint64_t max_bytes) const {
  const BlobEntry& blob = blobs_[blob_number];
  if (blob.size_bytes > max_bytes) {
    return LimitExceeded("blob " + blob.digest.ToString() + " has " +
                         std::to_string(blob.size_bytes) + " bytes; at most " +
                         std::to_string(max_bytes) + " are accepted here");
  }
  RETURN_IF_ERROR(CheckHeader(blob_number));
  std::string text(blob.size_bytes, '\0');
  RETURN_IF_ERROR(ReadBlob(blob_number, 0, {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  if (Digest::Of(AsBytes(text)) != blob.digest) {
    SetState(blob_number, BlobState::kCorrupt);
    return Corrupt(location_ + ": the bytes of blob " + blob.digest.ToString() +
                   " do not match its digest");
  }
  return text;
}

void Bundle::SetState(size_t blob_number, BlobState state) const {
  auto corrupt = static_cast<uint8_t>(BlobState::kCorrupt);
  uint8_t current = states_[blob_number].load(std::memory_order_acquire);
  while (current != corrupt &&
         !states_[blob_number].compare_exchange_weak(current, static_cast<uint8_t>(state),
                                                     std::memory_order_acq_rel)) {
  }
}

}  // namespace airgap
