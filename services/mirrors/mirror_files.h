// Mirrors as files, for those who bring them to the nodes.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "mirrors/mirror_target.h"
#include "mirrors/talos_patch.h"

namespace airgap {

// Into the folder, which is made: the patches, in the order in which they are applied. One that has
// nothing to say is not there afterwards. Gives their paths.
Result<std::vector<std::string>> WriteTalosPatches(Env* env, const TalosPatches& patches,
                                                   const std::string& folder);

// Into the folder, which is made: a folder for each upstream, as config_path of containerd's
// registry plugin names them all (hosts_toml.h). kInvalidArgument: what is wrong with the target.
Status WriteHostsToml(Env* env, const MirrorTarget& target, const std::string& folder);

}  // namespace airgap
