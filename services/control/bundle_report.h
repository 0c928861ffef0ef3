// What there is to say about the bundles of a catalog.
#pragma once

#include <vector>

#include "control/snapshot.h"
#include "store/catalog.h"

namespace airgap {

// Counts blobs by their state of the moment: some microseconds per thousand blobs.
std::vector<BundleReport> ReportBundles(const Catalog& catalog);

}  // namespace airgap
