#include "netboot/boot_loaders.h"

#include "base/limits.h"

namespace airgap {

Result<BootLoaders> ReadBootLoaders(Env* env, const std::string& folder) {
  BootLoaders loaders;
  if (folder.empty()) return loaders;
  for (const char* name : {kBiosBootLoader, kUefiAmd64BootLoader, kUefiArm64BootLoader}) {
    Result<std::string> bytes =
        ReadWholeFile(env, folder + "/" + name, limits::boot_loader_max_bytes);
    if (bytes.status().code() == Code::kNotFound) continue;
    if (!bytes.ok()) return bytes.status();
    std::string path = std::string(kBootLoaderFolder) + name;
    loaders.emplace(path, AssetReader::OfMemory(path, *std::move(bytes)));
  }
  if (!loaders.empty()) return loaders;
  return NotFound(folder + " has no " + kBiosBootLoader + " and no other iPXE");
}

}  // namespace airgap
