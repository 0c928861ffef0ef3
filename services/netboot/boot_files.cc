#include "netboot/boot_files.h"

#include <map>
#include <set>

namespace airgap {
namespace {

constexpr std::string_view kFirstFolder = "boot";

bool IsKernel(std::string_view name, const std::string& architecture) {
  return name == "kernel-" + architecture || name == "vmlinuz-" + architecture ||
         (name == "vmlinuz" && architecture == "amd64");
}

bool IsInitramfs(std::string_view name, const std::string& architecture) {
  if (!name.starts_with("initramfs")) return false;
  std::string_view rest = name.substr(std::string_view("initramfs").size());
  for (std::string_view packed : {".xz", ".zst"}) {
    if (rest.ends_with(packed)) rest.remove_suffix(packed.size());
  }
  return rest == "-metal-" + architecture || rest == "-" + architecture ||
         (rest.empty() && architecture == "amd64");
}

using Folders = std::map<std::string, BootFiles, std::less<>>;

// Those with a kernel and an initramfs.
Folders FoldersOf(const Bundle& bundle, const std::string& architecture) {
  std::set<std::string> paths;
  for (const Asset& asset : bundle.assets()) paths.insert(asset.path);
  Folders folders;
  for (const std::string& path : paths) {
    size_t slash = path.rfind('/');
    if (slash == std::string::npos) continue;
    std::string_view name = std::string_view(path).substr(slash + 1);
    BootFiles& files = folders[path.substr(0, slash)];
    if (IsKernel(name, architecture)) files.kernel = path;
    if (IsInitramfs(name, architecture)) files.initramfs = path;
    if (name == "cmdline-metal-" + architecture) files.arguments = path;
  }
  std::erase_if(folders, [](const auto& each) {
    return each.second.kernel.empty() || each.second.initramfs.empty();
  });
  return folders;
}

}  // namespace

std::string ArchitectureOf(std::string_view build_architecture) {
  if (build_architecture == "i386" || build_architecture == "x86_64") return "amd64";
  return build_architecture == "arm64" ? "arm64" : "";
}

std::optional<BootFiles> FindBootFiles(const Catalog& catalog, std::string_view architecture,
                                       std::string_view folder) {
  std::string wanted(architecture);
  std::string_view first = folder.empty() ? kFirstFolder : folder;
  std::optional<BootFiles> other;
  // Of two bundles the later one counts, and a kernel never goes with the initramfs of another.
  const auto& bundles = catalog.bundles();
  for (auto bundle = bundles.rbegin(); bundle != bundles.rend(); ++bundle) {
    Folders folders = FoldersOf(**bundle, wanted);
    auto found = folders.find(first);
    if (found != folders.end()) return found->second;
    if (!other && !folders.empty()) other = folders.rbegin()->second;
  }
  if (!folder.empty()) return std::nullopt;
  return other;
}

}  // namespace airgap
