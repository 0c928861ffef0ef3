// What an operator does from the start of a handoff until the medium is in the drawer: the
// commands, in order, with everything filled in.
#pragma once

#include <string>

#include "handoff/journal.h"
#include "handoff/settings.h"

namespace airgap {

// Plain text. `appliance` is where this one is reached: "https://10.0.0.5".
std::string FormatRunbook(const std::string& appliance, const HandoffSettings& settings,
                          const HandoffRecord& record);

}  // namespace airgap
