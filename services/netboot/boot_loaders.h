// iPXE, which comes with the program and in no bundle: firmware loads it, and it does the rest.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/env.h"
#include "store/asset.h"

namespace airgap {

// By path: "ipxe/undionly.kpxe". They stand before what bundles carry under the same name.
using BootLoaders = std::map<std::string, std::shared_ptr<AssetReader>, std::less<>>;

// Those of kBootLoaderNames that `folder` has; an empty name of a folder means none. kNotFound: it
// has none of them.
Result<BootLoaders> ReadBootLoaders(Env* env, const std::string& folder);

inline constexpr const char* kBiosBootLoader = "undionly.kpxe";
// It uses the firmware's own driver of the adapter, so it works wherever the firmware got it from.
inline constexpr const char* kUefiAmd64BootLoader = "snponly.efi";
inline constexpr const char* kUefiArm64BootLoader = "ipxe-arm64.efi";
inline constexpr const char* kBootLoaderFolder = "ipxe/";

}  // namespace airgap
