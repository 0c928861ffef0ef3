// Boot assets and disk images out of the registry that took over, when the appliance is gone.
#pragma once

#include <memory>
#include <string>

#include "handoff/target.h"
#include "store/asset.h"

namespace airgap {

// The asset with this path, which a push has put into `repository`, as it is there now. Its bytes
// are read when they are asked for, and verified. kNotFound; kCorrupt: what is there is no such
// asset. What `target` names must outlive it.
Result<std::shared_ptr<AssetReader>> OpenRegistryAsset(const HandoffTarget& target,
                                                       const std::string& repository,
                                                       const std::string& path);

}  // namespace airgap
