#include "compose/bundle_copy.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "store/tar.h"

namespace airgap {
namespace {

// Entries that may stand behind the last blob of a tar without an offset table.
constexpr uint64_t kTrailingEntriesMaxCount = limits::bundle_other_entries_max_count;

// Hashes each blob of a bundle while the tar's bytes go by in order.
class BlobCheck {
 public:
  explicit BlobCheck(const Bundle& bundle) : bundle_(bundle) {
    for (const BlobEntry& blob : bundle.blobs()) order_.push_back(&blob);
    std::sort(order_.begin(), order_.end(), [](const BlobEntry* a, const BlobEntry* b) {
      return a->offset_bytes < b->offset_bytes;
    });
  }

  // `bytes` stand at `position` of the tar, right behind those given before.
  Status Take(uint64_t position, ByteSpan bytes) {
    uint64_t end = position + bytes.size();
    while (next_ < order_.size()) {
      const BlobEntry& blob = *order_[next_];
      uint64_t blob_end = blob.offset_bytes + blob.size_bytes;
      uint64_t from = std::max(position, blob.offset_bytes);
      uint64_t to = std::min(end, blob_end);
      if (from < to) hasher_.Update(bytes.subspan(from - position, to - from));
      if (blob_end > end) break;
      if (hasher_.Finish() != blob.digest) {
        return Corrupt("blob " + blob.digest.ToString() + " of " + bundle_.location() +
                       " does not match its digest; the bundle is damaged, copy it again");
      }
      ++next_;
    }
    return OkStatus();
  }

 private:
  const Bundle& bundle_;
  std::vector<const BlobEntry*> order_;
  size_t next_ = 0;
  Hasher hasher_;
};

}  // namespace

Result<uint64_t> TarBytes(const Bundle& bundle) {
  uint64_t position = 0;
  for (const BlobEntry& blob : bundle.blobs()) {
    uint64_t padded = blob.size_bytes + TarPaddingBytes(blob.size_bytes);
    position = std::max(position, blob.offset_bytes + padded);
  }
  for (uint64_t i = 0; i <= kTrailingEntriesMaxCount; ++i) {
    ASSIGN_OR_RETURN(TarEntry entry, ReadTarEntry(bundle.file(), bundle.base_offset(),
                                                  bundle.size_bytes(), position));
    if (!entry.is_end) {
      position = entry.NextOffset();
      continue;
    }
    position += kTarBlockBytes;
    ASSIGN_OR_RETURN(TarEntry second, ReadTarEntry(bundle.file(), bundle.base_offset(),
                                                   bundle.size_bytes(), position));
    if (second.is_end) return position + kTarBlockBytes;
    break;
  }
  return Corrupt(bundle.location() + " has no tar end marker after its last entry; copy it again");
}

Status CopyBundle(const Bundle& bundle, uint64_t tar_bytes, PendingFile* out, uint64_t offset_bytes,
                  const std::function<void(uint64_t)>& copied) {
  BlobCheck check(bundle);
  std::vector<uint8_t> buffer(limits::io_buffer_bytes);
  for (uint64_t done = 0; done < tar_bytes;) {
    size_t step = static_cast<size_t>(std::min<uint64_t>(buffer.size(), tar_bytes - done));
    MutableByteSpan bytes(buffer.data(), step);
    RETURN_IF_ERROR(bundle.file().ReadAt(bundle.base_offset() + done, bytes));
    RETURN_IF_ERROR(check.Take(done, bytes));
    RETURN_IF_ERROR(out->WriteAt(offset_bytes + done, bytes));
    done += step;
    if (copied) copied(step);
  }
  return OkStatus();
}

}  // namespace airgap
