// The console screen: the status document as plain text for people in front of the machine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

inline constexpr size_t kScreenColumns = 80;
inline constexpr size_t kScreenRows = 24;

// At most kScreenRows lines of at most kScreenColumns characters each, printable ASCII only.
// Of what does not fit, the first lines are shown and the rest is counted. `status_text` is the
// document of BuildStatus(); an error when it is not one.
Result<std::vector<std::string>> FormatScreen(std::string_view status_text);

// Any lines, cut in the same way; what is not printable is shown as '?'.
std::vector<std::string> FitScreen(std::vector<std::string> lines);

// What is shown while there is no status yet.
std::vector<std::string> FormatWaitingScreen(std::string_view reason);

}  // namespace airgap
