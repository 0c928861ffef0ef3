#include "store/verify.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/limits.h"
#include "base/pieces.h"
#include "store/closure.h"
#include "store/held_blob.h"
#include "store/offset_table.h"
#include "store/signatures.h"
#include "store/tar.h"

namespace airgap {
namespace {

constexpr char kBlobPrefix[] = "blobs/sha256/";

bool Stopped(const std::atomic<bool>* stop) {
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

class Verifier {
 public:
  Verifier(const Bundle& bundle, const std::atomic<bool>* stop,
           const std::function<void(const VerifyProgress&)>& progress,
           const std::vector<std::shared_ptr<Bundle>>& bases)
      : bundle_(bundle), stop_(stop), progress_(progress), bases_(bases) {}

  VerifyReport Run(const BlobProver& prover) {
    for (const BlobEntry& blob : bundle_.blobs()) progress_state_.total_bytes += blob.size_bytes;
    if (!bases_.empty()) progress_state_.total_bytes += bundle_.absent_bytes();
    report_.absent_blobs = bundle_.absent().size();
    report_.absent_bytes = bundle_.absent_bytes();
    CheckProfile();
    CheckSignaturesEntry();
    VerifyBlobs(prover);
    if (!bases_.empty()) VerifyAbsent();
    if (!Stopped(stop_)) CheckClosure(bundle_, bases_, &report_);
    return std::move(report_);
  }

 private:
  void Problem(std::string line) { report_.problems.push_back(std::move(line)); }

  // Walks every tar header: the profile, each name once, and the table against the headers.
  void CheckProfile() {
    std::set<std::string> names;
    size_t blobs_seen = 0;
    uint64_t offset = 0;
    while (!Stopped(stop_)) {
      Result<TarEntry> entry =
          ReadTarEntry(bundle_.file(), bundle_.base_offset(), bundle_.size_bytes(), offset);
      if (!entry.ok()) {
        Problem(entry.status().message());
        return;
      }
      if (entry->is_end) break;
      offset = entry->NextOffset();
      if (!names.insert(entry->name).second) Problem("tar entry " + entry->name + " stands twice");
      if (entry->name.rfind(kBlobPrefix, 0) == 0) {
        ++blobs_seen;
        CheckAgainstTable(*entry);
      } else if (names.size() > limits::bundle_other_entries_max_count + blobs_seen) {
        Problem("too many tar entries that are no blobs");
        return;
      }
    }
    if (!Stopped(stop_) && blobs_seen != bundle_.blobs().size()) {
      Problem("the offset table lists " + std::to_string(bundle_.blobs().size()) +
              " blobs, the tar holds " + std::to_string(blobs_seen));
    }
  }

  void CheckAgainstTable(const TarEntry& entry) {
    Result<Digest> digest = Digest::Parse("sha256:" + entry.name.substr(sizeof kBlobPrefix - 1));
    if (!digest.ok()) {
      Problem("tar entry " + entry.name + " is not named by a digest");
      return;
    }
    std::optional<size_t> number = bundle_.Find(*digest);
    if (!number || bundle_.blobs()[*number].offset_bytes != entry.payload_offset_bytes ||
        bundle_.blobs()[*number].size_bytes != entry.size_bytes) {
      Problem("the offset table does not agree with the tar header of blob " + digest->ToString());
    }
  }

  // No digest covers the signatures, but what cannot be read is damage.
  void CheckSignaturesEntry() {
    if (!FindSignatures(bundle_).ok()) return;  // none, or its header was named above
    Result<std::vector<BundleSignature>> signatures = ReadSignatures(bundle_);
    if (!signatures.ok()) Problem(signatures.status().message());
  }

  // Provers settle blobs in any order; what is wrong is told in file order.
  void VerifyBlobs(const BlobProver& prover) {
    std::multimap<uint64_t, std::pair<size_t, std::string>> wrong;
    prover({bundle_, stop_,
            [this](uint64_t bytes) {
              progress_state_.done_bytes += bytes;
              if (progress_) progress_(progress_state_);
            },
            [&](size_t number, const Status& status) {
              const BlobEntry& blob = bundle_.blobs()[number];
              ++progress_state_.done_blobs;
              if (!status.ok()) {
                wrong.insert({blob.offset_bytes, {number, status.message()}});
                return;
              }
              ++report_.verified_blobs;
              report_.verified_bytes += blob.size_bytes;
            },
            [this](std::string line) { Problem(std::move(line)); }});
    for (auto& [offset, one] : wrong) {
      report_.corrupt.push_back(bundle_.blobs()[one.first].digest);
      Problem(std::move(one.second));
    }
  }

  // What the delta leaves out, in the bases.
  void VerifyAbsent() {
    for (const BlobEntry& blob : bundle_.absent()) {
      if (Stopped(stop_)) return;
      std::optional<HeldBlob> held = FindIn(bases_, blob.digest);
      if (!held || held->entry().size_bytes != blob.size_bytes) {
        Problem("blob " + blob.digest.ToString() + " is absent from " + bundle_.location() +
                " and not in what it was given as a base");
        continue;
      }
      Status status = VerifyBlob(*held->bundle, held->number, [this](uint64_t bytes) {
        progress_state_.done_bytes += bytes;
        if (progress_) progress_(progress_state_);
      });
      ++progress_state_.done_blobs;
      if (status.ok()) {
        ++report_.verified_elsewhere_blobs;
      } else {
        report_.corrupt.push_back(blob.digest);
        Problem(status.message());
      }
    }
  }

  const Bundle& bundle_;
  const std::atomic<bool>* stop_;
  const std::function<void(const VerifyProgress&)>& progress_;
  const std::vector<std::shared_ptr<Bundle>>& bases_;
  VerifyProgress progress_state_;
  VerifyReport report_;
};

}  // namespace

Status VerifyBlob(const Bundle& bundle, size_t blob_number,
                  const std::function<void(uint64_t bytes)>& progress,
                  const std::atomic<bool>* stop) {
  const BlobEntry& blob = bundle.blobs()[blob_number];
  RETURN_IF_ERROR(bundle.CheckHeader(blob_number));
  Hasher hasher;
  auto read = [&](uint64_t offset, MutableByteSpan out) {
    if (Stopped(stop)) return Unavailable("verification was stopped");
    return bundle.ReadBlob(blob_number, offset, out).WithContext("blob " + blob.digest.ToString());
  };
  RETURN_IF_ERROR(ReadPieces(0, blob.size_bytes, read, [&](MutableByteSpan piece) {
    hasher.Update(piece);
    if (progress) progress(piece.size());
    return OkStatus();
  }));
  return SettleBlob(bundle, blob_number, hasher.Finish());
}

Status SettleBlob(const Bundle& bundle, size_t blob_number, const Digest& found) {
  RETURN_IF_ERROR(bundle.CheckHeader(blob_number));
  const BlobEntry& blob = bundle.blobs()[blob_number];
  if (found != blob.digest) {
    bundle.SetState(blob_number, BlobState::kCorrupt);
    return Corrupt(bundle.location() + ": the bytes of blob " + blob.digest.ToString() +
                   " do not match its digest");
  }
  bundle.SetState(blob_number, BlobState::kVerified);
  return OkStatus();
}

std::vector<size_t> BlobsInFileOrder(const Bundle& bundle) {
  std::vector<size_t> order(bundle.blobs().size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return bundle.blobs()[a].offset_bytes < bundle.blobs()[b].offset_bytes;
  });
  return order;
}

void ProveInFileOrder(const BlobProof& proof) {
  for (size_t number : BlobsInFileOrder(proof.bundle)) {
    if (Stopped(proof.stop)) return;
    proof.settled(number, VerifyBlob(proof.bundle, number, proof.progress));
  }
}

VerifyReport VerifyBundle(const Bundle& bundle, const std::atomic<bool>* stop,
                          const std::function<void(const VerifyProgress&)>& progress,
                          const BlobProver& prover,
                          const std::vector<std::shared_ptr<Bundle>>& bases) {
  return Verifier(bundle, stop, progress, bases).Run(prover);
}

}  // namespace airgap
