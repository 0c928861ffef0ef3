#include "control/configured_machines.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr size_t kMacCharacters = 17;

// Of either form the one with hyphens, which is a file's name; "" of anything else.
std::string FileNameOf(std::string_view mac) {
  if (mac.size() != kMacCharacters) return "";
  std::string name;
  for (size_t i = 0; i < mac.size(); ++i) {
    char c = mac[i];
    bool is_place_between = i % 3 == 2;
    if (is_place_between ? c != ':' && c != '-' : isxdigit(static_cast<unsigned char>(c)) == 0) {
      return "";
    }
    name += is_place_between ? '-' : static_cast<char>(tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace

std::vector<std::string> ConfiguredMachines(Env* env, const std::string& folder) {
  std::vector<std::string> machines;
  if (folder.empty()) return machines;
  Result<std::vector<std::string>> names = env->ListFiles(folder);
  if (!names.ok()) return machines;
  for (const std::string& name : *names) {
    std::string mac = FileNameOf(name);
    std::replace(mac.begin(), mac.end(), '-', ':');
    if (!mac.empty() && machines.size() < limits::nodes_max_count) machines.push_back(mac);
  }
  std::sort(machines.begin(), machines.end());
  return machines;
}

Status ResetMachine(Env* env, const std::string& folder, std::string_view mac) {
  std::string name = FileNameOf(mac);
  if (name.empty()) return InvalidArgument("a MAC address is written like 52:54:00:ab:cd:12");
  std::vector<std::string> machines = ConfiguredMachines(env, folder);
  std::string colons = name;
  std::replace(colons.begin(), colons.end(), '-', ':');
  if (!std::binary_search(machines.begin(), machines.end(), colons)) {
    return NotFound(colons + " has not fetched a machine config: it will get one as it is");
  }
  return env->RemoveFile(folder + "/" + name);
}

}  // namespace airgap
