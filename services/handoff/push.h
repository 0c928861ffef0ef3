// Pushes everything that the bundles hold to one registry: what is there stays, what is missing
// comes, bytes unchanged; blobs first, then manifests, children before parents, tags last. A run
// that was cut short is simply done again.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "handoff/push_plan.h"
#include "handoff/target.h"

namespace airgap {

// Whether the target takes an image index one of whose children it has not: most registries refuse
// it. Tries with one of its own, in a repository of its own.
Result<bool> TakesSparseIndexes(const HandoffTarget& target);
// Before anything is pushed: kUnsupported when the plan has sparse indexes and the target refuses
// them.
Status CheckSparse(const HandoffTarget& target, const HandoffPlan& plan);

// What a registry lacks.
struct Missing {
  size_t blobs = 0;        // each once
  size_t total_blobs = 0;  // that it shall have
  uint64_t bytes = 0;      // of those that it lacks
  size_t manifests = 0;

  // For people. No registry tells how much room it has: the line says what is needed.
  std::string Line() const;
};

struct PushReport {
  size_t blobs_there = 0;  // in each repository that needs them
  size_t blobs_mounted = 0;
  size_t blobs_uploaded = 0;
  uint64_t uploaded_bytes = 0;
  size_t manifests_there = 0;
  size_t manifests_put = 0;
  size_t tags_there = 0;
  size_t tags_put = 0;
  std::vector<std::string> problems;  // one line each; empty: all of it is there

  bool ok() const { return problems.empty(); }
  bool has_put_nothing() const {
    return blobs_mounted + blobs_uploaded + manifests_put + tags_put == 0;
  }
};

class Pusher {
 public:
  // `catalog` and `plan` outlive it.
  Pusher(HandoffTarget target, const Catalog* catalog, const HandoffPlan* plan)
      : target_(std::move(target)), catalog_(*catalog), plan_(*plan) {}

  // What is there, and what is missing; changes nothing. An error: the target cannot be asked.
  Result<Missing> Look(const std::function<void(const HandoffProgress&)>& progress);

  // After Look(). `progress` is called from one thread at a time.
  PushReport Push(const std::function<void(const HandoffProgress&)>& progress);

 private:
  // One blob, wherever it is wanted.
  struct BlobWork {
    Digest digest;
    uint64_t size = 0;
    std::vector<std::string> there;   // repositories that have it
    std::vector<std::string> wanted;  // and those that have not
  };
  struct ManifestWork {
    const PlannedRepository* repository = nullptr;
    const PlannedManifest* manifest = nullptr;
    bool is_there = false;
  };

  Status LookAtBlob(BlobWork* work);
  Status LookAtManifest(ManifestWork* work);
  Status PushBlob(const BlobWork& work);
  Status PushOneBlob(const BlobWork& work, const std::string& repository, const std::string& from);
  Status PushManifest(const ManifestWork& work);
  Status PushTag(const PlannedRepository& repository, const std::string& tag, const Digest& digest);
  Status SetTag(const PlannedRepository& repository, const std::string& tag, const Digest& digest);
  Status PushReferrersTag(const PlannedRepository& repository, const Digest& subject);
  void PushReferrersTags();
  void PushManifests();
  void PushTags();
  void Problem(const Status& status);
  void Advance(uint64_t bytes, size_t count);

  const HandoffTarget target_;
  const Catalog& catalog_;
  const HandoffPlan& plan_;
  std::vector<BlobWork> blobs_;
  std::vector<ManifestWork> manifests_;

  std::mutex mutex_;  // guards what follows
  PushReport report_;
  HandoffProgress progress_;
  std::function<void(const HandoffProgress&)> on_progress_;
  std::atomic<bool> lacks_referrers_api_{false};
};

}  // namespace airgap
