// The key "handoff" of a site file: the registry that takes over, and who must be proven to use it.
#pragma once

#include <string>

#include "site/checker.h"
#include "site/site.h"

namespace airgap {

void TakeHandoff(Checker* checker, YamlView value, const std::string& path, Site* site);

}  // namespace airgap
