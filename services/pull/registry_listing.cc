// The part of the registry client that lists what is there, and deletes.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags,
// #content-management; https://distribution.github.io/distribution/spec/api/#catalog
#include "base/json.h"
#include "base/limits.h"
#include "pull/registry_client.h"
#include "pull/reply.h"

namespace airgap {

Result<std::vector<std::string>> RegistryClient::List(const Place& place, std::string url,
                                                      const char* member, size_t max_count) {
  std::vector<std::string> names;
  while (!url.empty()) {
    HttpCall call;
    call.url = url;
    std::string text;
    ASSIGN_OR_RETURN(HttpReply reply, Fetch(place, call, limits::json_default_max_bytes, &text));
    RETURN_IF_ERROR(StatusOfReply(reply));
    ASSIGN_OR_RETURN(JsonDocument document,
                     JsonDocument::Parse(text, limits::json_default_max_bytes, url));
    size_t before = names.size();
    document.root()[member].ForEach([&](JsonView name) {
      names.push_back(name.StringOr(""));
      return names.size() <= max_count;
    });
    if (names.size() > max_count) {
      return LimitExceeded(url + " lists more than " + std::to_string(max_count) + " names");
    }
    std::string next = NextLink(reply.Header("link"));
    // A page without names would lead to itself for ever.
    if (next.empty() || names.size() == before) break;
    ASSIGN_OR_RETURN(url, ResolveLocation(reply.url, next));
  }
  return names;
}

Result<std::vector<std::string>> RegistryClient::Repositories(const std::string& host) {
  ASSIGN_OR_RETURN(Place place, PlaceOf({host, "catalog", "", std::nullopt}));
  place.scope = "registry:catalog:*";
  ASSIGN_OR_RETURN(std::vector<std::string> all,
                   List(place, place.endpoint.base_url + "/v2/_catalog?n=1000", "repositories",
                        limits::registry_repositories_max_count));
  const std::string& prefix = place.endpoint.name_prefix;
  std::vector<std::string> below;
  for (const std::string& name : all) {
    if (name.starts_with(prefix)) below.push_back(name.substr(prefix.size()));
  }
  return below;
}

Result<std::vector<std::string>> RegistryClient::Tags(const Reference& repository) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  auto tags = List(place, place.Url("tags/list?n=1000"), "tags", limits::registry_tags_max_count);
  // A repository whose last tag is gone.
  if (tags.status().code() == Code::kNotFound) return std::vector<std::string>();
  return tags;
}

Status RegistryClient::DeleteManifest(const Reference& repository, const Digest& digest) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  place.scope += ",delete";
  HttpCall call;
  call.method = "DELETE";
  call.url = place.Url("manifests/" + digest.ToString());
  std::string ignored;
  ASSIGN_OR_RETURN(HttpReply reply,
                   Fetch(place, call, limits::http_error_body_max_bytes, &ignored));
  if (reply.status == 405) {
    return Unsupported(place.endpoint.base_url +
                       " deletes nothing: allow it (storage.delete.enabled of distribution)");
  }
  return StatusOfReply(reply);
}

}  // namespace airgap
