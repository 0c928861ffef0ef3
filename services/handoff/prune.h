// What may be deleted from the registry: what neither a bundle that is kept nor an image in use
// needs. It is planned by reading alone, so that it works where the disk is full.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "handoff/push_plan.h"
#include "handoff/target.h"

namespace airgap {

// Manifests and blobs to keep, by repository at the target.
struct KeptContent {
  std::map<std::string, std::set<Digest>> manifests;
  std::map<std::string, std::set<std::string>> tags;  // whatever they mean there
  std::set<Digest> blobs;

  void AddPlan(const HandoffPlan& plan);
  void AddInUse(const Reference& reference);
};

struct Deletion {
  std::string repository;
  Digest digest;
  std::vector<std::string> tags;  // empty: what another deletion leaves behind
};

struct PrunePlan {
  std::vector<Deletion> deletions;
  uint64_t bytes = 0;     // of blobs that nothing needs afterwards, which the registry frees later
  size_t kept_count = 0;  // tags
  std::vector<std::string> foreign;  // repositories that no push has made: left alone
};

class Pruner {
 public:
  // `kept` is what the bundles and the images in use say; completed by what the target says of it.
  Pruner(HandoffTarget target, KeptContent kept)
      : target_(std::move(target)), kept_(std::move(kept)) {}

  // An error: the target cannot be asked for something, and then nothing may be deleted.
  Result<PrunePlan> Plan(const std::function<void(const HandoffProgress&)>& progress);
  // One line for each that stays.
  std::vector<std::string> Delete(const PrunePlan& plan,
                                  const std::function<void(const HandoffProgress&)>& progress);

 private:
  struct Seen {
    std::set<Digest> children;
    std::map<Digest, uint64_t> blobs;
  };
  struct Tagged {
    std::string repository;
    std::string tag;
    Digest digest;
  };
  Result<Seen> Look(const std::string& repository, const Digest& digest);
  Status Keep(const std::string& repository, const Digest& digest);
  Status ListTags(const std::vector<std::string>& repositories, std::vector<Tagged>* all,
                  const std::function<void(const HandoffProgress&)>& progress);
  bool IsKept(const Tagged& tagged) const;
  Status AddDeletion(const std::string& repository, const Digest& digest,
                     const std::vector<std::string>& tags, PrunePlan* plan);

  const HandoffTarget target_;
  KeptContent kept_;
  std::set<std::pair<std::string, Digest>> looked_at_;
  std::set<std::pair<std::string, Digest>> deleted_;
  std::map<Digest, uint64_t> freed_;
};

}  // namespace airgap
