// Puts a delta and what it leaves out together again. ../FORMAT.md "Delta bundles".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"
#include "store/bundle_plan.h"

namespace airgap {

// Blobs that the delta leaves out and that none of `bases` holds: those to find elsewhere.
std::vector<BlobEntry> MissingFrom(const std::vector<std::shared_ptr<Bundle>>& bases,
                                   const Bundle& delta);

// The whole bundle that a delta and its bases make, for a BundleWriter: the same bytes as creating
// it whole gives, and the delta's identity. The writer verifies every digest on the way.
class MergePlan {
 public:
  // kNotFound when MissingFrom() is not empty.
  static Result<std::unique_ptr<MergePlan>> Make(std::vector<std::shared_ptr<Bundle>> bases,
                                                 const std::shared_ptr<Bundle>& delta);
  ~MergePlan();

  // Its payloads may be asked for by several threads. Lives as long as this.
  const BundlePlan& plan() const { return plan_; }

 private:
  class HeldBlobs;
  MergePlan();

  std::unique_ptr<HeldBlobs> source_;
  BundlePlan plan_;
};

// Plans what `bases` hold of a bundle as left out of it. kCorrupt when a base has a blob in another
// size than the plan.
Status LeaveOutHeld(const std::vector<std::shared_ptr<Bundle>>& bases, BundlePlan* plan);

}  // namespace airgap
