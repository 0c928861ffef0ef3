// What `cozy-airgap bundle create --from-registry` does.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/handoff_options.h"

namespace airgap {

struct RebuildOptions {
  RegistryOptions registry;
  std::string like;
  std::string file;
  std::string split;
};

int RunRebuild(const CommandContext& context, const RebuildOptions& options);

}  // namespace airgap
