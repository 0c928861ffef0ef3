#include "registry/route.h"

#include "base/limits.h"
#include "oci/reference.h"

namespace airgap {
namespace {

constexpr std::string_view kPrefix = "/v2/";

// "org/x", or "<host>/org/x" with any upstream host, which is no repository name when it has a
// port.
bool IsName(std::string_view name) {
  if (name.size() > limits::reference_max_bytes) return false;
  if (IsRepositoryName(name)) return true;
  size_t slash = name.find('/');
  return slash != std::string_view::npos && IsRegistryHost(name.substr(0, slash)) &&
         IsRepositoryName(name.substr(slash + 1));
}

// Cuts "<name>/<word>/<reference>" at the last `word`.
bool Cut(std::string_view rest, std::string_view word, Route* route) {
  size_t at = rest.rfind(word);
  if (at == std::string_view::npos || at == 0) return false;
  route->name = rest.substr(0, at);
  route->reference = rest.substr(at + word.size());
  return !route->reference.empty() && route->reference.find('/') == std::string::npos;
}

bool MatchEndpoint(std::string_view rest, Route* route) {
  constexpr std::string_view kUploads = "/blobs/uploads";
  size_t uploads = rest.rfind(kUploads);
  if (uploads != std::string_view::npos && uploads != 0) {
    std::string_view behind = rest.substr(uploads + kUploads.size());
    if (behind.empty() || behind[0] == '/') {
      route->endpoint = Endpoint::kUpload;
      route->name = rest.substr(0, uploads);
      route->reference = behind.substr(behind.empty() ? 0 : 1);
      return route->reference.find('/') == std::string::npos;
    }
  }
  constexpr std::string_view kTags = "/tags/list";
  if (rest.size() > kTags.size() && rest.substr(rest.size() - kTags.size()) == kTags) {
    route->endpoint = Endpoint::kTags;
    route->name = rest.substr(0, rest.size() - kTags.size());
    return true;
  }
  route->endpoint = Endpoint::kManifest;
  if (Cut(rest, "/manifests/", route)) return true;
  route->endpoint = Endpoint::kBlob;
  if (Cut(rest, "/blobs/", route)) return true;
  route->endpoint = Endpoint::kReferrers;
  return Cut(rest, "/referrers/", route);
}

}  // namespace

Result<Route> ParseRoute(std::string_view path) {
  Route route;
  if (path == "/v2" || path == kPrefix) return route;
  if (path.substr(0, kPrefix.size()) != kPrefix) return NotFound("no such path");
  std::string_view rest = path.substr(kPrefix.size());
  if (rest == "_catalog") {
    route.endpoint = Endpoint::kCatalog;
    return route;
  }
  if (!MatchEndpoint(rest, &route)) {
    return NotFound("'" + std::string(path) + "' is no path of the distribution API");
  }
  if (!IsName(route.name)) {
    return InvalidArgument("'" + route.name + "' is no repository name");
  }
  return route;
}

}  // namespace airgap
