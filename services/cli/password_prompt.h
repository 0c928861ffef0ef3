// Passwords that people type.
#pragma once

#include <string>

#include "base/status.h"

namespace airgap {

// One line of standard input, which a terminal does not show while it is typed behind `prompt`.
// kInvalidArgument: nothing comes any more.
Result<std::string> ReadPassword(const std::string& prompt);

}  // namespace airgap
