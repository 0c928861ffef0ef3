// The key "netboot" of a site file.
#pragma once

#include <string>

#include "site/checker.h"
#include "site/site.h"

namespace airgap {

void TakeNetboot(Checker* checker, YamlView value, const std::string& path, Site* site);
// What only the whole site file shows: whether the addresses are those of its network. `netboot` is
// that key's value, which need not be there.
void CheckNetboot(Checker* checker, YamlView netboot, const Site& site);

}  // namespace airgap
