// Proves that a registry has everything that the bundles hold, by reading it; changes nothing.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "handoff/push_plan.h"
#include "handoff/target.h"

namespace airgap {

struct PreflightReport {
  size_t tags_count = 0;  // that resolve to the bundle's digest
  size_t manifests_count = 0;
  size_t blobs_count = 0;     // in each repository that needs them
  uint64_t hashed_bytes = 0;  // of blobs that were read
  // One line each: missing, wrong, unreadable.
  std::vector<std::string> problems;
  bool ok() const { return problems.empty(); }
};

class Preflight {
 public:
  // `plan` outlives it. `is_deep`: blobs are read and hashed, each once; without, the target is
  // asked whether it has them.
  Preflight(HandoffTarget target, const HandoffPlan* plan, bool is_deep)
      : target_(std::move(target)), plan_(*plan), is_deep_(is_deep) {}

  PreflightReport Run(const std::function<void(const HandoffProgress&)>& progress);

 private:
  void CheckTags();
  void CheckManifest(const PlannedRepository& repository, const PlannedManifest& manifest);
  void CheckBlob(const SharedBlob& blob);
  Status ReadBlob(const std::string& repository, const Descriptor& descriptor);
  void Problem(std::string line);
  void Advance(uint64_t bytes, size_t count);

  const HandoffTarget target_;
  const HandoffPlan& plan_;
  const bool is_deep_;
  std::mutex mutex_;  // guards what follows
  PreflightReport report_;
  HandoffProgress progress_;
  std::function<void(const HandoffProgress&)> on_progress_;
};

}  // namespace airgap
