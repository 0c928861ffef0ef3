#include "store/repository_key.h"

#include "oci/reference.h"

namespace airgap {
namespace {

constexpr char kDockerHub[] = "docker.io";

bool LooksLikeHost(std::string_view host) {
  std::string_view domain = host.substr(0, host.rfind(':'));
  bool is_named = domain == "localhost" || domain.find_first_of(".[") != std::string_view::npos;
  return is_named && IsRegistryHost(host);
}

}  // namespace

std::string FullRepositoryName(std::string_view host, std::string_view name) {
  if (host == kDockerHub && name.find('/') == std::string_view::npos) {
    return "library/" + std::string(name);
  }
  return std::string(name);
}

std::string HostOfPathComponent(std::string_view component) {
  std::string host = CanonicalHost(component);
  size_t underscore = host.rfind('_');
  if (underscore != std::string::npos) host[underscore] = ':';
  return host;
}

std::string RepositoryKey(std::string_view ns, std::string_view name) {
  std::string host = CanonicalHost(ns);
  size_t slash = name.find('/');
  if (slash != std::string_view::npos) {
    std::string first = HostOfPathComponent(name.substr(0, slash));
    if (host.empty() ? LooksLikeHost(first) : first == host) {
      host = first;
      name = name.substr(slash + 1);
    }
  }
  return host.empty() ? std::string(name) : host + "/" + FullRepositoryName(host, name);
}

}  // namespace airgap
