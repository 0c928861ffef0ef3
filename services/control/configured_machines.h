// Machines that have fetched their machine config and boot from their disks since: a folder with an
// empty file for each, named as its MAC address (52-54-00-ab-cd-12), which
// netboot/machine_configs.h fills.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace airgap {

// Their MAC addresses (52:54:00:ab:cd:12), sorted; at most limits::nodes_max_count. An empty
// `folder`, or one that cannot be read: none.
std::vector<std::string> ConfiguredMachines(Env* env, const std::string& folder);

// Has a machine start over when it boots the next time. kInvalidArgument: no MAC address, with
// colons or hyphens; kNotFound: it has not fetched its config.
Status ResetMachine(Env* env, const std::string& folder, std::string_view mac);

}  // namespace airgap
