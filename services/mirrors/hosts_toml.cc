#include "mirrors/hosts_toml.h"

#include <algorithm>

namespace airgap {

std::string HostsFolder(const std::string& upstream) {
  std::string folder = upstream;
  size_t colon = folder.rfind(':');
  if (colon == std::string::npos) return folder;
  folder[colon] = '_';
  return folder + "_";
}

std::string FormatHostsToml(const MirrorTarget& target, const std::string& upstream) {
  std::string endpoint = "\"" + target.EndpointOf(upstream) + "\"";
  std::string about = "capabilities = [\"pull\", \"resolve\"]\n";
  about += target.insecure_until.empty() ? "ca = \"ca.pem\"\n" : "skip_verify = true\n";
  if (target.is_prefixed) about += "override_path = true\n";
  // `server` is asked last: with the upstream itself there each miss would wait for the internet.
  // containerd 1.6 wants a host beside it.
  return target.Warning() + "server = " + endpoint + "\n" + about + "\n[host." + endpoint + "]\n" +
         about;
}

}  // namespace airgap
