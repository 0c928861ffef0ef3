// Puts a delta and what it leaves out together again. ../FORMAT.md "Delta bundles".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"
#include "store/bundle_writer.h"

namespace airgap {

// Blobs that the delta leaves out and that none of `bases` holds: those to find elsewhere.
std::vector<BlobEntry> MissingFrom(const std::vector<std::shared_ptr<Bundle>>& bases,
                                   const Bundle& delta);

// Writes the whole bundle, the same bytes as creating it whole gives, every digest verified on the
// way; it appears under `path` only when it is complete. Returns its identity, which is the
// delta's. kNotFound when MissingFrom() is not empty.
Result<Digest> MergeDelta(Env* env, const std::string& path,
                          const std::vector<std::shared_ptr<Bundle>>& bases,
                          const std::shared_ptr<Bundle>& delta,
                          const std::function<void(const WriteProgress&)>& progress);

// Plans what `bases` hold of a bundle as left out of it. kCorrupt when a base has a blob in another
// size than the plan.
Status LeaveOutHeld(const std::vector<std::shared_ptr<Bundle>>& bases, BundlePlan* plan);

}  // namespace airgap
