#include "pull/registry_client.h"

#include <algorithm>

#include "base/limits.h"
#include "base/version.h"
#include "pull/reply.h"
#include "pull/retry.h"

namespace airgap {
namespace {

constexpr char kAcceptManifests[] =
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json";

// Hands on the part of a blob that was not there yet, whatever range the server gives.
class BlobResumer {
 public:
  BlobResumer(uint64_t from_bytes, const ByteSink& sink, Retry* retry)
      : sink_(sink), retry_(retry), done_(from_bytes) {}

  void StartAttempt() { position_.reset(); }
  uint64_t done_bytes() const { return done_; }
  bool sink_failed() const { return sink_failed_; }

  Status Take(const HttpReply& reply, ByteSpan bytes) {
    if (!position_) {
      // A server may ignore Range: then what is here already is skipped.
      position_ = reply.status == 206 ? RangeStart(reply) : 0;
      if (!position_ || *position_ > done_) {
        return Unsupported(reply.url + " gives another range than the one asked for");
      }
    }
    uint64_t skip = std::min<uint64_t>(done_ - *position_, bytes.size());
    *position_ += bytes.size();
    bytes = bytes.subspan(skip);
    if (bytes.empty()) return OkStatus();
    retry_->Progress();
    done_ += bytes.size();
    Status status = sink_(bytes);
    sink_failed_ = !status.ok();
    return status;
  }

 private:
  const ByteSink& sink_;
  Retry* retry_;
  uint64_t done_;
  std::optional<uint64_t> position_;  // of the next byte that comes
  bool sink_failed_ = false;
};

}  // namespace

std::string RegistryClient::Place::Url(const std::string& rest) const {
  return endpoint.base_url + "/v2/" + repository + "/" + rest;
}

Result<std::unique_ptr<RegistryClient>> RegistryClient::Create(RegistryClientOptions options) {
  std::unique_ptr<RegistryClient> client(new RegistryClient());
  HttpClientOptions http;
  http.ca_file = options.ca_file;
  http.ca_text = options.ca_text;
  http.addresses = options.addresses;
  http.stop = options.stop;
  http.user_agent = std::string("cozy-airgap/") + kVersion;
  ASSIGN_OR_RETURN(client->http_, HttpClient::Create(std::move(http)));
  ASSIGN_OR_RETURN(client->credentials_,
                   options.credentials_text.empty()
                       ? Credentials::Load(RealEnv(), options.credentials_file)
                       : Credentials::Parse(options.credentials_text, "the login"));
  client->options_ = std::move(options);
  return client;
}

Result<RegistryClient::Place> RegistryClient::PlaceOf(const Reference& repository) const {
  Place place;
  ASSIGN_OR_RETURN(place.endpoint, EndpointFor(repository.host, options_));
  place.repository = place.endpoint.name_prefix + repository.repository;
  place.scope = "repository:" + place.repository + (options_.pushes ? ":pull,push" : ":pull");
  return place;
}

Result<HttpReply> RegistryClient::Call(const Place& place, HttpCall call,
                                       const HttpBodySink& sink) {
  std::string key = place.endpoint.base_url + " " + place.scope;
  std::string authorization;
  {
    std::lock_guard lock(mutex_);
    authorization = authorization_[key];
  }
  size_t plain_headers = call.headers.size();
  // A registry may have what is uploaded sent elsewhere: not the credentials.
  if (!IsSameOrigin(call.url, place.endpoint.base_url)) return http_->Do(call, sink);
  if (!authorization.empty()) call.headers.emplace_back("Authorization", authorization);
  ASSIGN_OR_RETURN(HttpReply reply, http_->Do(call, sink));
  std::string challenge = reply.Header("www-authenticate");
  if (reply.status != 401 || challenge.empty()) return reply;
  // No token yet, or one that has run out.
  ASSIGN_OR_RETURN(std::string renewed, Authorize(place, challenge));
  if (renewed.empty()) return reply;
  {
    std::lock_guard lock(mutex_);
    authorization_[key] = renewed;
  }
  call.headers.resize(plain_headers);
  call.headers.emplace_back("Authorization", renewed);
  return http_->Do(call, sink);
}

Result<HttpReply> RegistryClient::Fetch(const Place& place, const HttpCall& call,
                                        uint64_t max_bytes, std::string* body) {
  for (Retry retry(options_.stop);;) {
    body->clear();
    Result<HttpReply> reply = Call(place, call, [&](const HttpReply&, ByteSpan bytes) -> Status {
      if (bytes.size() > max_bytes - body->size()) {
        return LimitExceeded(call.url + " gives more than " + std::to_string(max_bytes) + " bytes");
      }
      body->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return OkStatus();
    });
    if (!retry.Again(reply)) return reply;
  }
}

Result<std::string> RegistryClient::Authorize(const Place& place, const std::string& challenge) {
  ASSIGN_OR_RETURN(auto kept, credentials_.HeaderFor(place.endpoint.auth_host));
  bool is_token = kept && kept->rfind("Bearer ", 0) == 0;
  for (const AuthChallenge& offered : ParseAuthChallenges(challenge)) {
    if (offered.scheme == "bearer") return is_token ? *kept : FetchToken(place, offered, kept);
    if (offered.scheme == "basic") return is_token ? "" : kept.value_or("");
  }
  return Unsupported(place.endpoint.base_url + " asks for authorization by '" +
                     challenge.substr(0, 100) + "'; only Basic and Bearer are known");
}

// https://distribution.github.io/distribution/spec/auth/token/
Result<std::string> RegistryClient::FetchToken(const Place& place, const AuthChallenge& challenge,
                                               const std::optional<std::string>& login) {
  std::string realm = challenge.Param("realm");
  Result<UrlParts> parts = ParseUrl(realm.substr(0, realm.find('?')));
  bool is_plain_registry = place.endpoint.base_url.compare(0, 5, "http:") == 0;
  if (!parts.ok() || (parts->scheme != "https" && !is_plain_registry)) {
    return Denied(place.endpoint.base_url + " sends for its token to '" + realm.substr(0, 200) +
                  "', which is refused");
  }
  HttpCall call;
  call.url = realm + (realm.find('?') == std::string::npos ? "?" : "&") + "scope=" + place.scope;
  std::string service = challenge.Param("service");
  if (!service.empty()) call.url += "&service=" + EscapeQuery(service);
  if (login) call.headers.emplace_back("Authorization", *login);
  std::string body;
  ASSIGN_OR_RETURN(HttpReply reply,
                   http_->Do(call, [&](const HttpReply&, ByteSpan bytes) -> Status {
                     if (bytes.size() > limits::registry_token_max_bytes - body.size()) {
                       return LimitExceeded(call.url + " gives too long a token");
                     }
                     body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                     return OkStatus();
                   }));
  RETURN_IF_ERROR(StatusOfReply(reply));
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(body, limits::registry_token_max_bytes, call.url));
  std::string token = document.root()["token"].StringOr("");
  if (token.empty()) token = document.root()["access_token"].StringOr("");
  if (token.empty() || token.find_first_of("\r\n") != std::string::npos) {
    return Denied(call.url + " gives no token");
  }
  return "Bearer " + token;
}

Result<Descriptor> RegistryClient::ResolveByHead(const Place& place,
                                                 const std::string& tag_or_digest) {
  HttpCall call;
  call.method = "HEAD";
  call.url = place.Url("manifests/" + tag_or_digest);
  call.headers.emplace_back("Accept", kAcceptManifests);
  std::string body;
  ASSIGN_OR_RETURN(HttpReply reply, Fetch(place, call, 0, &body));
  RETURN_IF_ERROR(StatusOfReply(reply));
  Descriptor descriptor;
  descriptor.media_type = MediaTypeIn(reply);
  Result<Digest> digest = Digest::Parse(reply.Header("docker-content-digest"));
  std::optional<uint64_t> length = ContentLength(reply);
  if (!digest.ok() || !length || KindOfMediaType(descriptor.media_type) == ManifestKind::kNone) {
    return Unsupported(call.url + ": HEAD does not say what is there");
  }
  descriptor.digest = *digest;
  descriptor.size_bytes = *length;
  return descriptor;
}

Result<Descriptor> RegistryClient::Resolve(const Reference& repository,
                                           const std::string& tag_or_digest) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  Result<Descriptor> descriptor = ResolveByHead(place, tag_or_digest);
  if (!descriptor.ok() && descriptor.status().code() == Code::kUnsupported) {
    Descriptor read;
    ASSIGN_OR_RETURN(std::string text, GetManifest(repository, tag_or_digest, &read.media_type));
    ASSIGN_OR_RETURN(Manifest manifest,
                     Manifest::Parse(text, read.media_type, place.Url(tag_or_digest)));
    read.media_type = manifest.media_type;
    read.digest = Digest::Of(AsBytes(text));
    read.size_bytes = text.size();
    descriptor = std::move(read);
  }
  if (!descriptor.ok()) return descriptor;
  if (tag_or_digest.find(':') != std::string::npos &&
      descriptor->digest.ToString() != tag_or_digest) {
    return Corrupt(place.Url("manifests/" + tag_or_digest) + " gives " +
                   descriptor->digest.ToString());
  }
  return descriptor;
}

Result<std::string> RegistryClient::GetManifest(const Reference& repository,
                                                const std::string& tag_or_digest,
                                                std::string* content_type) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  HttpCall call;
  call.url = place.Url("manifests/" + tag_or_digest);
  call.headers.emplace_back("Accept", kAcceptManifests);
  std::string text;
  ASSIGN_OR_RETURN(HttpReply reply, Fetch(place, call, limits::manifest_max_bytes, &text));
  RETURN_IF_ERROR(StatusOfReply(reply));
  *content_type = MediaTypeIn(reply);
  Result<Digest> promised = Digest::Parse(reply.Header("docker-content-digest"));
  if (promised.ok() && Digest::Of(AsBytes(text), promised->algorithm()) != *promised) {
    return Corrupt(call.url + ": the bytes do not match the digest beside them, " +
                   promised->ToString());
  }
  return text;
}

Status RegistryClient::CheckBlob(const Reference& repository, const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  HttpCall call;
  call.url = place.Url("blobs/" + descriptor.digest.ToString());
  return CheckSize(place, std::move(call), descriptor.size_bytes);
}

Status RegistryClient::CheckSize(const Place& place, HttpCall call, uint64_t size_bytes) {
  call.method = "HEAD";
  std::string body;
  ASSIGN_OR_RETURN(HttpReply reply, Fetch(place, call, 0, &body));
  // Others of its errors pass; this one, after some attempts, is about what was asked for.
  constexpr int kInternalError = 500;
  if (reply.status == kInternalError) return Corrupt(StatusOfReply(reply).message());
  RETURN_IF_ERROR(StatusOfReply(reply));
  std::optional<uint64_t> length = ContentLength(reply);
  if (!length || *length == size_bytes) return OkStatus();
  return Corrupt(call.url + " has " + std::to_string(*length) + " bytes instead of " +
                 std::to_string(size_bytes));
}

Status RegistryClient::ReadBlob(const Reference& repository, const Descriptor& descriptor,
                                uint64_t offset_bytes, MutableByteSpan out) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  HttpCall call;
  call.url = place.Url("blobs/" + descriptor.digest.ToString());
  call.headers.emplace_back("Range", "bytes=" + std::to_string(offset_bytes) + "-" +
                                         std::to_string(offset_bytes + out.size() - 1));
  for (Retry retry(options_.stop);;) {
    size_t done = 0;
    Result<HttpReply> reply =
        Call(place, call, [&](const HttpReply& head, ByteSpan bytes) -> Status {
          bool is_whole =
              head.status == 200 && offset_bytes == 0 && out.size() == descriptor.size_bytes;
          if (!is_whole && (head.status != 206 || RangeStart(head) != offset_bytes)) {
            return Unsupported(call.url + " gives another range than the one asked for");
          }
          if (bytes.size() > out.size() - done) return Unsupported(call.url + " gives too much");
          std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<ptrdiff_t>(done));
          done += bytes.size();
          return OkStatus();
        });
    if (reply.ok() && reply->status / 100 == 2) {
      if (done == out.size()) return OkStatus();
      reply = Unavailable(call.url + " ended early");
    }
    if (!retry.Again(reply)) return reply.ok() ? StatusOfReply(*reply) : reply.status();
  }
}

Status RegistryClient::StreamBlob(const Reference& repository, const Descriptor& descriptor,
                                  uint64_t from_bytes, const ByteSink& sink) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  Retry retry(options_.stop);
  BlobResumer resumer(from_bytes, sink, &retry);
  for (;;) {
    HttpCall call;
    call.url = place.Url("blobs/" + descriptor.digest.ToString());
    if (resumer.done_bytes() > 0) {
      call.headers.emplace_back("Range", "bytes=" + std::to_string(resumer.done_bytes()) + "-");
    }
    resumer.StartAttempt();
    Result<HttpReply> reply = Call(place, call, [&](const HttpReply& head, ByteSpan bytes) {
      return resumer.Take(head, bytes);
    });
    // The taker compares size and digest; here it only matters whether more can come.
    bool is_complete = reply.ok() && reply->status / 100 == 2;
    bool is_past_end = reply.ok() && reply->status == 416 && resumer.done_bytes() > 0;
    if (is_complete || is_past_end) return OkStatus();
    if (resumer.sink_failed()) return reply.status();
    if (!retry.Again(reply)) return reply.ok() ? StatusOfReply(*reply) : reply.status();
  }
}

}  // namespace airgap
