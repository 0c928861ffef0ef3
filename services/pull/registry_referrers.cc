// Finding referrers: the referrers API, or the tag schema where a registry has none.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
#include "base/limits.h"
#include "pull/registry_client.h"
#include "pull/reply.h"

namespace airgap {
namespace {

constexpr unsigned kPagesMaxCount = 100;

}  // namespace

// kNotFound when the registry has no referrers API: it must answer 200 otherwise.
Result<std::vector<Descriptor>> RegistryClient::ReferrersByApi(const Place& place,
                                                               const Digest& subject) {
  std::vector<Descriptor> referrers;
  HttpCall call;
  call.url = place.Url("referrers/" + subject.ToString());
  call.headers.emplace_back("Accept", media_type::kOciIndex);
  for (unsigned page = 0; page < kPagesMaxCount; ++page) {
    std::string text;
    ASSIGN_OR_RETURN(HttpReply reply, Fetch(place, call, limits::manifest_max_bytes, &text));
    Status status = StatusOfReply(reply);
    if (status.code() == Code::kUnavailable) return status;
    if (!status.ok() || MediaTypeIn(reply) != media_type::kOciIndex) {
      return NotFound(place.endpoint.base_url + " has no referrers API");
    }
    ASSIGN_OR_RETURN(Manifest index, Manifest::Parse(text, media_type::kOciIndex, call.url));
    referrers.insert(referrers.end(), index.manifests.begin(), index.manifests.end());
    std::string next = NextLink(reply.Header("link"));
    if (next.empty() || referrers.size() > limits::referrers_max_count) return referrers;
    if (next.front() != '/') {
      return Unsupported(call.url + " continues at '" + next.substr(0, 200) +
                         "', which is no path of the same registry");
    }
    call.url = place.endpoint.base_url + next;
  }
  return LimitExceeded(call.url + " has too many pages of referrers");
}

Result<std::vector<Descriptor>> RegistryClient::ReferrersByTag(const Reference& repository,
                                                               const Digest& subject) {
  std::string tag = subject.ToString();
  tag[tag.find(':')] = '-';
  std::string content_type;
  Result<std::string> text = GetManifest(repository, tag, &content_type);
  if (!text.ok() && text.status().code() == Code::kNotFound) return std::vector<Descriptor>();
  if (!text.ok()) return text.status();
  std::string what = repository.Name() + ":" + tag;
  ASSIGN_OR_RETURN(Manifest index, Manifest::Parse(*text, content_type, what));
  if (!IsIndexKind(index.kind)) return std::vector<Descriptor>();  // a tag like any other
  return std::move(index.manifests);
}

Result<std::vector<Descriptor>> RegistryClient::Referrers(const Reference& repository,
                                                          const Digest& subject) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  bool ask_api = false;
  {
    std::lock_guard lock(mutex_);
    ask_api = !without_referrers_api_.contains(place.endpoint.base_url);
  }
  if (!ask_api) return ReferrersByTag(repository, subject);
  Result<std::vector<Descriptor>> referrers = ReferrersByApi(place, subject);
  if (referrers.ok() || referrers.status().code() != Code::kNotFound) return referrers;
  {
    std::lock_guard lock(mutex_);
    without_referrers_api_.insert(place.endpoint.base_url);
  }
  return ReferrersByTag(repository, subject);
}

}  // namespace airgap
