// The status document as a page for people with a browser, which needs no script to show it.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

// HTML. `status_text` is the document of BuildStatus(); an error when it is not one. With
// `has_buttons` those are there that POST to kArmPath and kResetPath.
Result<std::string> FormatPage(std::string_view status_text, bool has_buttons);

// POST, with ?hours=N, 0 to end it: machines boot over the network for so long.
inline constexpr char kArmPath[] = "/api/v1/netboot";
// POST, with ?mac=52:54:00:ab:cd:12: ResetMachine().
inline constexpr char kResetPath[] = "/api/v1/reset";

}  // namespace airgap
