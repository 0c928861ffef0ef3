// What the appliance's site file says about itself to people: what `cozy-airgap site read` and the
// boot flow leave in a folder.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"

namespace airgap {

struct SiteReport {
  std::string name;                   // of the site
  std::vector<std::string> notices;   // what people should know, one line each
  std::vector<std::string> problems;  // site file not used, network not up; one line each
};

// Files that are not there say nothing; of one that is too long or cannot be read that is a
// problem. An empty `folder`: nothing.
SiteReport ReadSiteReport(Env* env, const std::string& folder);

}  // namespace airgap
