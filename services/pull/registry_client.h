// The OCI distribution API as a client: pulls from registries and pushes to them.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull, #push
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "net/http_client.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "pull/challenge.h"
#include "pull/credentials.h"
#include "store/bundle_plan.h"

namespace airgap {

struct RegistryClientOptions {
  // Registry host -> URL to read its content from: scheme://host[:port][/prefix]; a path goes
  // between /v2/ and the repository.
  std::map<std::string, std::string> mirrors;
  std::set<std::string> insecure_hosts;  // spoken to over plain HTTP
  std::string ca_file;                   // PEM, besides the system's; empty: the system's alone
  std::string ca_text;                   // PEM, instead of all others; may be empty
  std::string credentials_file;          // docker's config.json; empty: where docker looks
  std::string credentials_text;          // one, instead of that file
  std::map<std::string, std::string> addresses;  // as in HttpClientOptions
  const std::atomic<bool>* stop = nullptr;       // as in HttpClientOptions
  bool pushes = false;                           // tokens must allow it
};

// Where a registry host's content is read.
struct RegistryEndpoint {
  std::string base_url;     // "https://ghcr.io": no slash at the end
  std::string name_prefix;  // "proxy/": before the repository
  std::string auth_host;    // whose credentials are sent
};

// Plain HTTP is for loopback, insecure_hosts and mirrors written with http://. kInvalidArgument
// for a mirror that is no such URL.
Result<RegistryEndpoint> EndpointFor(const std::string& host, const RegistryClientOptions& options);

// Safe to use from several threads.
class RegistryClient {
 public:
  static Result<std::unique_ptr<RegistryClient>> Create(RegistryClientOptions options);

  // What a tag or digest means now; no body is read where the registry answers HEAD well.
  Result<Descriptor> Resolve(const Reference& repository, const std::string& tag_or_digest);
  // Bytes of a manifest, at most limits::manifest_max_bytes; the taker verifies the digest.
  // `content_type` gets its media type.
  Result<std::string> GetManifest(const Reference& repository, const std::string& tag_or_digest,
                                  std::string* content_type);
  // kNotFound, or kCorrupt when the registry names another size, or fails at this one.
  Status CheckBlob(const Reference& repository, const Descriptor& descriptor);
  // The bytes from `from_bytes` on. Goes on where it stopped after a drop, as long as something
  // comes.
  Status StreamBlob(const Reference& repository, const Descriptor& descriptor, uint64_t from_bytes,
                    const ByteSink& sink);
  // Exactly these bytes of it. kUnsupported: the registry gives no ranges.
  Status ReadBlob(const Reference& repository, const Descriptor& descriptor, uint64_t offset_bytes,
                  MutableByteSpan out);
  HttpClient* http() const { return http_.get(); }

  // The three that push; `pushes` must be set. Again while a failure may pass.
  //
  // Puts a blob, which `body` gives, into a repository; where `mounted_from`, another repository of
  // the same registry, is not empty, the registry may take it from there (true).
  Result<bool> PutBlob(const Reference& repository, const Descriptor& descriptor,
                       const std::string& mounted_from, const HttpBody& body);
  // Under a digest, which must be that of `text`, or a tag. True: the registry keeps referrers by
  // itself (the specification's "Pushing Manifests with Subject").
  Result<bool> PutManifest(const Reference& repository, const std::string& tag_or_digest,
                           const std::string& media_type, std::string_view text);
  // Whether a manifest is there by this digest: its size is compared.
  Status CheckManifest(const Reference& repository, const Descriptor& descriptor);

  // Names below the mirror's prefix. kLimitExceeded.
  Result<std::vector<std::string>> Repositories(const std::string& host);
  Result<std::vector<std::string>> Tags(const Reference& repository);
  // With the tags that mean it. kUnsupported: the registry deletes nothing.
  Status DeleteManifest(const Reference& repository, const Digest& digest);

  // By the referrers API, or the tag schema where there is none.
  Result<std::vector<Descriptor>> Referrers(const Reference& repository, const Digest& subject);

 private:
  // Where a repository is read, and what a token for it must allow.
  struct Place {
    RegistryEndpoint endpoint;
    std::string repository;  // with the mirror's prefix
    std::string scope;
    std::string Url(const std::string& rest) const;
  };
  RegistryClient() = default;
  Result<Place> PlaceOf(const Reference& repository) const;
  // One exchange with authorization.
  Result<HttpReply> Call(const Place& place, HttpCall call, const HttpBodySink& sink);
  // An upload session of a repository: where its bytes go. Nothing: the registry has mounted it.
  Result<std::optional<std::string>> StartUpload(const Place& place, const Digest& digest,
                                                 const std::string& mounted_from);
  // Asks by HEAD whether what `call` names is there, and compares its size.
  Status CheckSize(const Place& place, HttpCall call, uint64_t size_bytes);
  // Again while a failure may pass. The body, at most `max_bytes`, goes to `body`.
  Result<HttpReply> Fetch(const Place& place, const HttpCall& call, uint64_t max_bytes,
                          std::string* body);
  // A new header value from what a 401 asks for.
  Result<std::string> Authorize(const Place& place, const std::string& challenge);
  Result<std::string> FetchToken(const Place& place, const AuthChallenge& challenge,
                                 const std::optional<std::string>& login);
  Result<Descriptor> ResolveByHead(const Place& place, const std::string& tag_or_digest);
  // Every page of a list of names, from `url` on.
  Result<std::vector<std::string>> List(const Place& place, std::string url, const char* member,
                                        size_t max_count);
  Result<std::vector<Descriptor>> ReferrersByApi(const Place& place, const Digest& subject);
  Result<std::vector<Descriptor>> ReferrersByTag(const Reference& repository,
                                                 const Digest& subject);

  RegistryClientOptions options_;
  Credentials credentials_;
  std::unique_ptr<HttpClient> http_;
  std::mutex mutex_;                                  // guards the two below
  std::map<std::string, std::string> authorization_;  // header value, by base URL and scope
  std::set<std::string> without_referrers_api_;       // base URLs
};

}  // namespace airgap
