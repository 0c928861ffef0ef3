// Where a registry's content is read: the host itself, or a mirror.
#include "pull/registry_client.h"

namespace airgap {

Result<RegistryEndpoint> EndpointFor(const std::string& host,
                                     const RegistryClientOptions& options) {
  RegistryEndpoint endpoint;
  auto mirror = options.mirrors.find(host);
  if (mirror == options.mirrors.end()) {
    bool is_plain = IsLoopbackHost(host) || options.insecure_hosts.contains(host);
    std::string dialled = host == "docker.io" ? "registry-1.docker.io" : host;
    endpoint.base_url = (is_plain ? "http://" : "https://") + dialled;
    endpoint.auth_host = host;
    return endpoint;
  }
  ASSIGN_OR_RETURN(UrlParts parts, ParseUrl(mirror->second));
  std::string prefix = parts.path;
  while (!prefix.empty() && prefix.front() == '/') prefix.erase(0, 1);
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  if (!prefix.empty() && !IsRepositoryName(prefix)) {
    return InvalidArgument("'" + prefix + "' is no repository prefix");
  }
  endpoint.base_url = parts.scheme + "://" + parts.host;
  endpoint.auth_host = CanonicalHost(parts.host);
  if (!prefix.empty()) endpoint.name_prefix = prefix + "/";
  return endpoint;
}

}  // namespace airgap
