// The one way in which a dialog has something done.
#pragma once

#include <string>
#include <string_view>

#include "console/dialog.h"

namespace airgap {

// Writes answers/NAME as a whole and wakes the service that reads it, if it has a name. That the
// service sleeps already, or has never run, is no error: it looks when it runs.
Status WriteAnswer(const ConsoleFolders& folders, const std::string& name, std::string_view text,
                   const std::string& service);

// The same for what nobody but root may read.
Status WriteSecretAnswer(const ConsoleFolders& folders, const std::string& name,
                         std::string_view text, const std::string& service);

}  // namespace airgap
