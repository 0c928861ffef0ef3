#include "cli/parallel_prover.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "cli/hash_streams.h"

namespace airgap {
namespace {

// The one place where the threads' results come together.
class Results {
 public:
  explicit Results(const BlobProof& proof) : proof_(proof) {}
  const Bundle& bundle() const { return proof_.bundle; }

  void Advance(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    proof_.progress(bytes);
  }
  void Settle(size_t number, const Digest& found) {
    Settle(number, SettleBlob(proof_.bundle, number, found));
  }
  void Settle(size_t number, const Status& status) {
    std::lock_guard<std::mutex> lock(mutex_);
    proof_.settled(number, status);
  }
  void Problem(std::string line) {
    std::lock_guard<std::mutex> lock(mutex_);
    proof_.problem(std::move(line));
  }

 private:
  const BlobProof& proof_;
  std::mutex mutex_;
};

Status ReadFailed(const Bundle& bundle, size_t number, const Status& status) {
  return status.WithContext("blob " + bundle.blobs()[number].digest.ToString());
}

class BlobStream : public HashStream {
 public:
  BlobStream(Results* results, size_t number) : results_(results), number_(number) {}

  uint64_t offset_bytes() const override {
    return results_->bundle().base_offset() + results_->bundle().blobs()[number_].offset_bytes;
  }
  uint64_t size_bytes() const override { return results_->bundle().blobs()[number_].size_bytes; }
  void Take(ByteSpan bytes) override {
    hasher_.Update(bytes);
    results_->Advance(bytes.size());
  }
  void End(const Status& status) override {
    if (status.ok()) return results_->Settle(number_, hasher_.Finish());
    results_->Settle(number_, ReadFailed(results_->bundle(), number_, status));
  }

 private:
  Results* results_;
  size_t number_;
  Hasher hasher_;
};

// One part of a split bundle and the blobs that lie in it from their first byte to their last.
class PartStream : public HashStream {
 public:
  PartStream(Results* results, const SplitFile* split, size_t part, std::vector<size_t> blobs)
      : results_(results), split_(split), part_(part), blobs_(std::move(blobs)) {}

  uint64_t offset_bytes() const override { return split_->PartOffset(part_); }
  uint64_t size_bytes() const override { return split_->manifest().parts[part_].size_bytes; }

  void Take(ByteSpan bytes) override {
    part_hasher_.Update(bytes);
    uint64_t start = offset_bytes() + done_bytes_;
    uint64_t end = start + bytes.size();
    while (next_ < blobs_.size()) {
      const BlobEntry& blob = results_->bundle().blobs()[blobs_[next_]];
      uint64_t blob_start = results_->bundle().base_offset() + blob.offset_bytes;
      uint64_t blob_end = blob_start + blob.size_bytes;
      uint64_t from = std::max(start, blob_start);
      uint64_t to = std::min(end, blob_end);
      if (from < to) {
        blob_hasher_.Update(bytes.subspan(from - start, to - from));
        results_->Advance(to - from);
      }
      if (blob_end > end) break;
      results_->Settle(blobs_[next_], blob_hasher_.Finish());
      ++next_;
    }
    done_bytes_ += bytes.size();
  }

  void End(const Status& status) override {
    for (; next_ < blobs_.size(); ++next_) {
      results_->Settle(blobs_[next_], ReadFailed(results_->bundle(), blobs_[next_], status));
    }
    if (!status.ok()) return results_->Problem(status.message());
    if (Digest found = part_hasher_.Finish(); found != split_->manifest().parts[part_].digest) {
      results_->Problem(WhatIsWrong(found));
    }
  }

 private:
  std::string WhatIsWrong(const Digest& found) const {
    for (const SplitPart& other : split_->manifest().parts) {
      if (other.digest != found) continue;
      return split_->PartPath(part_) + " holds what part " + other.name +
             " should hold; the parts were swapped";
    }
    return split_->PartPath(part_) +
           " is damaged or of another bundle: its bytes do not match its"
           " digest; copy it again";
  }

  Results* results_;
  const SplitFile* split_;
  size_t part_;
  std::vector<size_t> blobs_;
  size_t next_ = 0;
  uint64_t done_bytes_ = 0;
  Hasher part_hasher_;
  Hasher blob_hasher_;
};

// Each of the largest blobs is the work of one processor alone, so they come first: at the end only
// small ones are left to wait for. Between blobs of this size a seek costs nothing.
std::vector<size_t> LargestFirst(const Bundle& bundle, std::vector<size_t> order) {
  auto small = std::stable_partition(order.begin(), order.end(), [&](size_t number) {
    return bundle.blobs()[number].size_bytes >= limits::verify_first_min_bytes;
  });
  std::stable_sort(order.begin(), small, [&](size_t a, size_t b) {
    return bundle.blobs()[a].size_bytes > bundle.blobs()[b].size_bytes;
  });
  return order;
}

// The blobs that lie in one part each, by part. What is left of `order` spans several, or shares
// bytes with another: those are read on their own.
std::vector<std::vector<size_t>> TakeBlobsOfParts(const Bundle& bundle, const SplitFile& split,
                                                  std::vector<size_t>* order) {
  std::vector<std::vector<size_t>> parts(split.manifest().parts.size());
  std::vector<size_t> left;
  size_t part = 0;
  uint64_t covered = 0;
  for (size_t number : *order) {
    uint64_t start = bundle.base_offset() + bundle.blobs()[number].offset_bytes;
    uint64_t end = start + bundle.blobs()[number].size_bytes;
    auto part_end = [&] {
      return split.PartOffset(part) + split.manifest().parts[part].size_bytes;
    };
    while (part + 1 < parts.size() && start >= part_end()) ++part;
    if (start >= covered && end <= part_end()) {
      parts[part].push_back(number);
      covered = end;
    } else {
      left.push_back(number);
    }
  }
  *order = std::move(left);
  return parts;
}

// One more than there are processors, so that all of them hash while somebody waits for the disk.
size_t ThreadCount() {
  return std::min<size_t>(std::max(1U, std::thread::hardware_concurrency()) + 1,
                          limits::verify_threads_max_count);
}

void Prove(const BlobProof& proof, const SplitFile* split) {
  Results results(proof);
  std::vector<size_t> order = BlobsInFileOrder(proof.bundle);
  std::vector<std::vector<size_t>> parts;
  if (split != nullptr) parts = TakeBlobsOfParts(proof.bundle, *split, &order);
  order = LargestFirst(proof.bundle, std::move(order));
  size_t next_part = 0;
  size_t next_blob = 0;
  HashInParallel(
      proof.bundle.file(), ThreadCount(), proof.stop, [&]() -> std::unique_ptr<HashStream> {
        if (next_part < parts.size()) {
          size_t part = next_part++;
          return std::make_unique<PartStream>(&results, split, part, std::move(parts[part]));
        }
        if (next_blob == order.size()) return nullptr;
        return std::make_unique<BlobStream>(&results, order[next_blob++]);
      });
}

}  // namespace

BlobProver ParallelProver(std::shared_ptr<const SplitFile> split) {
  return [split = std::move(split)](const BlobProof& proof) { Prove(proof, split.get()); };
}

}  // namespace airgap
