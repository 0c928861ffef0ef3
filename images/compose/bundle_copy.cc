#include "compose/bundle_copy.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
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

// Reads back what was copied and checks it, in a thread of its own: hashing takes about as long as
// copying does.
class CheckBehind {
 public:
  // `checked` gets the number of bytes of each step, in that thread.
  CheckBehind(const Bundle& bundle, PendingFile* out, uint64_t offset_bytes,
              const std::function<void(uint64_t)>& checked)
      : check_(bundle), out_(out), offset_bytes_(offset_bytes), checked_callback_(checked) {
    thread_ = std::thread([this] { Run(); });
  }
  ~CheckBehind() {
    if (thread_.joinable()) (void)Finish();
  }
  CheckBehind(const CheckBehind&) = delete;
  CheckBehind& operator=(const CheckBehind&) = delete;

  // The tar is there up to `position`. Waits while the check is so far behind that it would read
  // from the disk again; an error is what it found so far.
  Status Reach(uint64_t position) {
    std::unique_lock lock(mutex_);
    reached_ = position;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !status_.ok() || reached_ - checked_ <= kLagMaxBytes; });
    return status_;
  }

  // Waits until all that was reached is checked.
  Status Finish() {
    {
      std::lock_guard lock(mutex_);
      is_finished_ = true;
      changed_.notify_all();
    }
    thread_.join();
    return status_;
  }

 private:
  static constexpr uint64_t kLagMaxBytes = 64 * limits::kMiB;

  void Run() {
    std::vector<uint8_t> buffer(limits::io_buffer_bytes);
    std::unique_lock lock(mutex_);
    while (status_.ok()) {
      changed_.wait(lock, [this] { return checked_ < reached_ || is_finished_; });
      if (checked_ == reached_) return;
      uint64_t position = checked_;
      MutableByteSpan bytes(buffer.data(), std::min<uint64_t>(buffer.size(), reached_ - position));
      lock.unlock();
      Status status = out_->ReadAt(offset_bytes_ + position, bytes);
      if (status.ok()) status = check_.Take(position, bytes);
      if (status.ok() && checked_callback_) checked_callback_(bytes.size());
      lock.lock();
      status_ = status;
      checked_ = position + bytes.size();
      changed_.notify_all();
    }
  }

  BlobCheck check_;  // of the thread alone
  PendingFile* const out_;
  const uint64_t offset_bytes_;
  const std::function<void(uint64_t)>& checked_callback_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t reached_ = 0;  // positions of the tar; guarded by mutex_, as are
  uint64_t checked_ = 0;  // these
  bool is_finished_ = false;
  Status status_;
  std::thread thread_;
};

// Where blocks cannot be shared, the bytes are copied; in steps, so that the check goes along.
Status CopyTar(const Bundle& bundle, uint64_t tar_bytes, PendingFile* out, uint64_t offset_bytes,
               CheckBehind* check) {
  constexpr uint64_t kStepBytes = 8 * limits::kMiB;
  uint64_t shareable = tar_bytes - tar_bytes % PendingFile::kCloneAlignBytes;
  ASSIGN_OR_RETURN(bool is_shared,
                   out->CloneAt(offset_bytes, bundle.file(), bundle.base_offset(), shareable));
  uint64_t done = is_shared ? shareable : 0;
  while (done < tar_bytes) {
    uint64_t step = std::min(kStepBytes, tar_bytes - done);
    RETURN_IF_ERROR(
        out->CopyAt(offset_bytes + done, bundle.file(), bundle.base_offset() + done, step));
    done += step;
    RETURN_IF_ERROR(check->Reach(done));
  }
  return OkStatus();
}

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
                  const std::function<void(uint64_t)>& checked) {
  CheckBehind check(bundle, out, offset_bytes, checked);
  RETURN_IF_ERROR(CopyTar(bundle, tar_bytes, out, offset_bytes, &check));
  return check.Finish();
}

}  // namespace airgap
