// What `cozy-airgap serve --from-registry` does.
#pragma once

#include "cli/command.h"
#include "cli/handoff_options.h"
#include "cli/serve_command.h"

namespace airgap {

// Boot assets and disk images of the registry, over HTTP and, with a certificate, HTTPS; until it
// is told to stop.
int RunServeRegistry(const CommandContext& context, const ServeOptions& options,
                     const RegistryOptions& registry);

}  // namespace airgap
