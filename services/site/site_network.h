// The key "network" of a site file.
#pragma once

#include <string>

#include "site/checker.h"
#include "site/site.h"

namespace airgap {

void TakeNetwork(Checker* checker, YamlView value, const std::string& path, Site* site);

}  // namespace airgap
