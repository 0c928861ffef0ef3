#include "compose/bundle_copy.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
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

// A tar's bytes on their way from one reader, in the calling thread, to several users, each in a
// thread of its own: hashing takes about as long as writing does.
class Relay {
 public:
  // Gets the bytes that stand at `position` of the tar, one step after the other.
  using Use = std::function<Status(uint64_t position, ByteSpan bytes)>;

  explicit Relay(const std::vector<Use>& uses) : used_(uses.size()) {
    for (Step& step : steps_) {
      step.buffer.reset(
          static_cast<uint8_t*>(std::aligned_alloc(PendingFile::kDirectAlignBytes, kStepBytes)));
      if (!step.buffer) throw std::bad_alloc();
    }
    threads_.reserve(uses.size());
    for (size_t i = 0; i < uses.size(); ++i) {
      threads_.emplace_back([this, i, use = uses[i]] { Serve(use, &used_[i]); });
    }
  }
  ~Relay() {
    if (!threads_.empty()) (void)Finish(Unavailable("nobody waits for it"));
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Room for the next `size` bytes, kStepBytes unless they are the last; none when a user has
  // failed.
  MutableByteSpan Room(size_t size) {
    std::unique_lock lock(mutex_);
    auto is_free = [this] {
      return read_ - *std::min_element(used_.begin(), used_.end()) < kStepsMaxCount;
    };
    changed_.wait(lock, [&] { return !status_.ok() || is_free(); });
    if (!status_.ok()) return {};
    Step& step = steps_[read_ % kStepsMaxCount];
    step.bytes = {step.buffer.get(), size};
    return step.bytes;
  }
  // That room is filled.
  void Pass() {
    std::lock_guard lock(mutex_);
    ++read_;
    changed_.notify_all();
  }
  // Nothing follows, because of `read` if that is an error. Waits until all is used; the first
  // error of anybody.
  Status Finish(const Status& read) {
    {
      std::lock_guard lock(mutex_);
      is_finished_ = true;
      if (status_.ok()) status_ = read;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return status_;
  }

  static constexpr size_t kStepBytes = 8 * limits::kMiB;

 private:
  static constexpr size_t kStepsMaxCount = 4;

  struct Aligned {
    void operator()(uint8_t* buffer) const { free(buffer); }
  };
  struct Step {
    std::unique_ptr<uint8_t, Aligned> buffer;
    MutableByteSpan bytes;
  };

  void Serve(const Use& use, uint64_t* used) {
    std::unique_lock lock(mutex_);
    while (status_.ok()) {
      changed_.wait(lock, [&] { return *used < read_ || is_finished_ || !status_.ok(); });
      if (*used == read_ || !status_.ok()) return;
      const Step& step = steps_[*used % kStepsMaxCount];
      lock.unlock();
      Status status = use(*used * kStepBytes, step.bytes);
      lock.lock();
      if (status_.ok()) status_ = status;
      ++*used;
      changed_.notify_all();
    }
  }

  std::array<Step, kStepsMaxCount> steps_;  // number N is in the place N % kStepsMaxCount
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t read_ = 0;           // steps that are filled; guarded by mutex_, as are
  std::vector<uint64_t> used_;  // those that each user is done with, and
  bool is_finished_ = false;
  Status status_;
  std::vector<std::thread> threads_;
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
                  const std::function<void(uint64_t)>& checked) {
  uint64_t shared = tar_bytes - tar_bytes % PendingFile::kCloneAlignBytes;
  ASSIGN_OR_RETURN(bool is_shared,
                   out->CloneAt(offset_bytes, bundle.file(), bundle.base_offset(), shared));
  if (!is_shared) shared = 0;
  BlobCheck check(bundle);
  auto hash = [&](uint64_t position, ByteSpan bytes) -> Status {
    RETURN_IF_ERROR(check.Take(position, bytes));
    if (checked) checked(bytes.size());
    return OkStatus();
  };
  auto write = [&](uint64_t position, ByteSpan bytes) -> Status {
    uint64_t there = std::min<uint64_t>(bytes.size(), shared - std::min(shared, position));
    return out->WriteThrough(offset_bytes + position + there, bytes.subspan(there));
  };
  Relay relay({hash, write});
  Status read;
  for (uint64_t position = 0; position < tar_bytes && read.ok();) {
    MutableByteSpan room = relay.Room(std::min<uint64_t>(Relay::kStepBytes, tar_bytes - position));
    if (room.empty()) break;
    read = bundle.file().ReadAt(bundle.base_offset() + position, room);
    if (read.ok()) relay.Pass();
    position += room.size();
  }
  return relay.Finish(read);
}

}  // namespace airgap
