// What was handed over, to whom, and who was proven: to be kept when the medium is gone.
#pragma once

#include <string>
#include <vector>

#include "handoff/journal.h"
#include "handoff/settings.h"

namespace airgap {

// JSON.
std::string FormatReceipt(const std::string& site_name, const HandoffSettings& settings,
                          const HandoffRecord& record, const std::vector<NodeProof>& proofs);

}  // namespace airgap
