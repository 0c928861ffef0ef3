// Machine configs as they lie in a site file: a JSON object, NAME to text, under zstd, in a CMS
// message in PEM (RFC 5652; `openssl cms` reads it), which a password opens (RFC 3211) or, if it
// holds plain data, anybody.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

// By the names of machine_configs.h: a MAC address (52-54-00-ab-cd-12), UUID, serial number, host
// name or group.
using MachineConfigTexts = std::map<std::string, std::string>;

// An empty password: anybody may read them. kInvalidArgument: a name that none of these can be, or
// nothing to seal; kLimitExceeded: too much of it.
Result<std::string> SealConfigs(const MachineConfigTexts& configs, const std::string& password);

// Whether it takes a password to open it. kCorrupt: no such message.
Result<bool> NeedsPassword(std::string_view sealed);
// kDenied: not with this password; kCorrupt: damaged, or nothing that SealConfigs() makes;
// kLimitExceeded: it would cost more time or memory than is good.
Result<MachineConfigTexts> OpenConfigs(std::string_view sealed, const std::string& password);

}  // namespace airgap
