// Whether everything that a bundle's names need is there: every reference is followed to its
// leaves. Manifests are read, payloads are not.
#pragma once

#include <memory>
#include <vector>

#include "store/verify.h"

namespace airgap {

// Adds to `report`: problems, missing, unreferenced. What the bundle lists as absent is looked for
// in `bases`. Blobs that are known to be corrupt are not named again.
void CheckClosure(const Bundle& bundle, const std::vector<std::shared_ptr<Bundle>>& bases,
                  VerifyReport* report);

}  // namespace airgap
