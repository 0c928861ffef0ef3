// Repairing a bundle where it lies: blobs whose bytes do not match are taken from another copy, at
// the same offset. Nothing that is whole is written, so that an interrupted repair leaves only
// what was bad before.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/verify.h"

namespace airgap {

struct RepairRequest {
  std::string path;  // a bundle, the manifest of a split one, an appliance image or a device
  std::string from;  // the same; its bundles need not be the same ones, only to have the blobs
  // What the bundle should be. Without it an index.json that was changed but is still JSON is
  // taken for what it says.
  std::optional<Digest> identity;
};

struct RepairedBundle {
  std::string location;
  Digest identity;
  bool front_restored = false;  // what stands before the first blob, or the end of the tar
  std::vector<Digest> repaired;
  std::vector<Digest> unrepaired;     // blobs that stay bad
  std::vector<std::string> problems;  // why, one line each; empty: every byte is right
};

using RepairProgress = std::function<void(const VerifyProgress&)>;

// Verifies every bundle at `path` by `prover`, repairs what it can and verifies that again, from
// the medium. Errors: `from` cannot be opened; a bundle whose front is damaged and for which `from`
// has no bundle of the same bytes (kCorrupt); what writing gave.
Result<std::vector<RepairedBundle>> RepairBundles(Env* env, const RepairRequest& request,
                                                  const BlobProver& prover,
                                                  const RepairProgress& progress);

}  // namespace airgap
