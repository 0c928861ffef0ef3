// The bundles that a command line names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/bundle.h"

namespace airgap {

// Every bundle of every path, in order. A path none of whose bundles opens is an error, as is one
// with a bundle that does not.
Result<std::vector<std::shared_ptr<Bundle>>> OpenEvery(const std::vector<std::string>& paths);

// The one bundle at `path`; kInvalidArgument when there are several.
Result<std::shared_ptr<Bundle>> OpenTheOne(const std::string& path);

}  // namespace airgap
