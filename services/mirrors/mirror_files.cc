#include "mirrors/mirror_files.h"

#include "mirrors/hosts_toml.h"

namespace airgap {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr char kRemoveFile[] = "/1-remove.yaml";
constexpr char kAddFile[] = "/2-add.yaml";

}  // namespace

Result<std::vector<std::string>> WriteTalosPatches(Env* env, const TalosPatches& patches,
                                                   const std::string& folder) {
  RETURN_IF_ERROR(MakeFolders(folder));
  std::vector<std::string> paths;
  for (const auto& [name, text] :
       {std::pair(kRemoveFile, patches.remove), std::pair(kAddFile, patches.add)}) {
    std::string path = folder + name;
    // What an earlier run left there must not be applied.
    if (text.empty()) (void)env->RemoveFile(path);
    if (text.empty()) continue;
    RETURN_IF_ERROR(WriteWholeFile(env, path, text, kPublicMode));
    paths.push_back(std::move(path));
  }
  return paths;
}

Status WriteHostsToml(Env* env, const MirrorTarget& target, const std::string& folder) {
  RETURN_IF_ERROR(target.Check());
  for (const std::string& upstream : target.upstreams) {
    std::string place = folder + "/" + HostsFolder(upstream);
    RETURN_IF_ERROR(MakeFolders(place));
    RETURN_IF_ERROR(WriteWholeFile(env, place + "/ca.pem", target.ca_pem, kPublicMode));
    RETURN_IF_ERROR(
        WriteWholeFile(env, place + "/hosts.toml", FormatHostsToml(target, upstream), kPublicMode));
  }
  return OkStatus();
}

}  // namespace airgap
