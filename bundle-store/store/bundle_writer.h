// Writes a bundle: lay out first (every blob's digest and size is known), then put each payload
// into its place, verified. The file appears under its name only when it is complete and synced.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "store/bundle_layout.h"
#include "store/bundle_plan.h"
#include "store/leftover.h"
#include "store/write_journal.h"

namespace airgap {

struct WriteProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  size_t done_blobs = 0;
  size_t total_blobs = 0;
  uint64_t kept_bytes = 0;  // of done_bytes: found from an earlier run
};

enum class WriteMode {
  kAtOnce,     // what does not become complete is removed
  kResumable,  // what does not become complete stays as PATH.partial, and the next run goes on
};

class BundleWriter {
 public:
  // Writes everything but the payloads that come from sources. `env` and `plan` outlive the
  // writer. Errors: kLimitExceeded, kNoSpace (before anything is written), kUnavailable (another
  // program writes to `path`), kIo.
  // `part_bytes`: in parts of at most so much, with a manifest (store/split_file.h); 0: one file.
  static Result<std::unique_ptr<BundleWriter>> Open(Env* env, const std::string& path,
                                                    const BundlePlan& plan, WriteMode mode,
                                                    uint64_t part_bytes = 0);

  // Blobs whose payloads come from sources, in file order.
  const std::vector<PlacedBlob>& blobs() const { return blobs_; }
  // Fetches one of them into its place. Several threads may call this, for a blob each. Errors:
  // kCorrupt (the source gives other bytes than the descriptor says; names the blob), or the
  // source's own. A blob that failed may be tried again.
  Status WriteBlob(const PlacedBlob& blob);
  // Called whenever bytes came, by the thread that fetches them.
  void SetObserver(std::function<void()> observer) { observer_ = std::move(observer); }
  // From any thread.
  WriteProgress progress() const;
  // Bytes from sources end with kUnavailable from now on. From any thread and signal handlers.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  // Whether WriteBlob failed for the disk's sake: then no other blob will fare better.
  bool disk_failed() const { return disk_failed_; }

  // Every blob was written: syncs, and gives the file its name. Returns the bundle's identity.
  Result<Digest> Commit();

 private:
  BundleWriter(Env* env, std::string path, WriteMode mode, uint64_t part_bytes)
      : env_(env), path_(std::move(path)), mode_(mode), part_bytes_(part_bytes) {}
  Status OpenFile();
  Status Start();
  Status StartResumable();
  Status CheckSpace();
  Status WriteFront();
  bool HoldsThisFront();
  Status Write(uint64_t offset, ByteSpan bytes);
  // The payload's first `kept_bytes` are there, and are hashed again.
  Status Fetch(const PlacedBlob& blob, BlobSource* source, uint64_t kept_bytes);
  Status HashKept(const PlacedBlob& blob, uint64_t kept_bytes, Hasher* hasher);

  Env* const env_;
  const std::string path_;
  const WriteMode mode_;
  const uint64_t part_bytes_;
  BundleLayout layout_;
  std::vector<PlacedBlob> blobs_;
  std::unique_ptr<PendingFile> file_;
  std::unique_ptr<WriteJournal> journal_;  // null when kAtOnce
  std::unique_ptr<Leftover> leftover_;     // may be null
  std::function<void()> observer_;
  std::atomic<uint64_t> done_bytes_{0};
  std::atomic<uint64_t> kept_bytes_{0};
  std::atomic<size_t> done_blobs_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> disk_failed_{false};
};

// The whole of it in one thread, kAtOnce. `progress` may be null.
Result<Digest> WriteBundle(Env* env, const std::string& path, const BundlePlan& plan,
                           const std::function<void(const WriteProgress&)>& progress,
                           uint64_t part_bytes = 0);

}  // namespace airgap
