// A bundle again, out of the registry that took over: the same index.json, and every byte of it by
// the digests that stand there.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "handoff/target.h"
#include "pull/repository_source.h"
#include "store/bundle.h"
#include "store/bundle_plan.h"

namespace airgap {

// For a BundleWriter.
class RebuildPlan {
 public:
  // Reads the manifests at the target. `like` is the bundle to be had again: its blobs are not
  // read, so one that is damaged will do, and a delta that leaves all of them out. kNotFound: what
  // the target lacks, one line each in `missing`.
  static Result<std::unique_ptr<RebuildPlan>> Make(
      const HandoffTarget& target, const Bundle& like, std::vector<std::string>* missing,
      const std::function<void(const HandoffProgress&)>& progress);

  // Its payloads may be asked for by several threads. Lives as long as this.
  const BundlePlan& plan() const { return plan_; }

 private:
  explicit RebuildPlan(const HandoffTarget& target) : target_(target) {}
  BlobSource* SourceOf(const std::string& repository);
  Status AddManifest(const std::string& repository, const Digest& digest, unsigned depth);
  void AddBlob(const std::string& repository, const Descriptor& descriptor);
  void Missing(const std::string& line);

  const HandoffTarget target_;
  std::map<std::string, std::unique_ptr<RepositorySource>> sources_;  // by repository
  std::map<Digest, BlobEntry> wanted_;                                // what `like` lists
  std::vector<std::string>* missing_ = nullptr;
  BundlePlan plan_;
};

}  // namespace airgap
