// Patches that have Talos nodes pull from one registry instead of those on the internet, in the
// form that a version takes. https://docs.siderolabs.com/talos/latest/reference/configuration
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mirrors/mirror_target.h"

namespace airgap {

struct TalosVersion {
  unsigned major = 1;
  unsigned minor = 0;

  // "v1.13.6", "1.13". kInvalidArgument.
  static Result<TalosVersion> Parse(std::string_view text);
  // RegistryMirrorConfig and its like.
  bool has_documents() const { return major > 1 || minor >= 12; }
  // TimeSyncConfig with NTS by default; DiscoveryServiceConfig.
  bool has_nts() const { return major > 1 || minor >= 14; }
};

enum class TalosSchema {
  kOld,  // machine.registries and so on, of every version
  kNew,  // documents of their own, since 1.12
};

// For a node with this config: the form that it uses, or else the one of its version.
TalosSchema SchemaFor(TalosVersion version, const NodeConfig& config);

// Two strategic merge patches, to be applied one after another in one command.
struct TalosPatches {
  std::string remove;  // what the second one must not be added to; may be empty
  std::string add;
};

// kInvalidArgument: what is wrong with the target.
Result<TalosPatches> FormatTalosPatches(const MirrorTarget& target, TalosVersion version,
                                        TalosSchema schema, const NodeConfig& config);

}  // namespace airgap
