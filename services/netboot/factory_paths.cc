#include "netboot/factory_paths.h"

#include "base/limits.h"

namespace airgap {
namespace {

constexpr std::string_view kPrefix = "image/";

std::string Lines(const Catalog& catalog, const std::string& prefix) {
  std::string lines;
  size_t count = 0;
  for (const std::string& path : catalog.AssetPaths()) {
    if (!path.starts_with(prefix)) continue;
    if (++count <= limits::netboot_list_max_count) lines += "\n/" + path;
  }
  if (count > limits::netboot_list_max_count) {
    lines += "\nand " + std::to_string(count - limits::netboot_list_max_count) + " more";
  }
  return lines;
}

}  // namespace

bool IsFactoryPath(const std::string& path) { return path.starts_with(kPrefix); }

std::string OtherFactoryPath(const std::string& path) {
  if (!IsFactoryPath(path)) return "";
  size_t slash = path.find('/', kPrefix.size());
  if (slash == std::string::npos || slash + 1 == path.size()) return "";
  std::string other = path;
  if (path[slash + 1] == 'v') {
    other.erase(slash + 1, 1);
  } else {
    other.insert(slash + 1, 1, 'v');
  }
  return other;
}

std::string CarriedBeside(const Catalog& catalog, const std::string& path) {
  size_t slash = path.find('/', kPrefix.size());
  std::string lines;
  if (slash != std::string::npos) lines = Lines(catalog, path.substr(0, slash + 1));
  return lines.empty() ? Lines(catalog, std::string(kPrefix)) : lines;
}

}  // namespace airgap
