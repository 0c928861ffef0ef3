// The part of the registry client that pushes.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
#include "base/limits.h"
#include "pull/registry_client.h"
#include "pull/reply.h"
#include "pull/retry.h"

namespace airgap {
namespace {

constexpr char kBytes[] = "application/octet-stream";

}  // namespace

Result<std::optional<std::string>> RegistryClient::StartUpload(const Place& place,
                                                               const Digest& digest,
                                                               const std::string& mounted_from) {
  HttpCall call;
  call.method = "POST";
  call.url = place.Url("blobs/uploads/");
  if (!mounted_from.empty()) {
    call.url += "?mount=" + EscapeQuery(digest.ToString()) +
                "&from=" + EscapeQuery(place.endpoint.name_prefix + mounted_from);
  }
  std::string ignored;
  ASSIGN_OR_RETURN(HttpReply reply,
                   Fetch(place, call, limits::http_error_body_max_bytes, &ignored));
  RETURN_IF_ERROR(StatusOfReply(reply));
  if (reply.status == 201 && !mounted_from.empty()) return std::optional<std::string>();
  std::string location = reply.Header("location");
  if (reply.status != 202 || location.empty()) {
    return Unsupported(call.url + " answers " + std::to_string(reply.status) +
                       " and does not say where to upload to");
  }
  ASSIGN_OR_RETURN(std::string url, ResolveLocation(reply.url, location));
  return std::optional<std::string>(std::move(url));
}

Result<bool> RegistryClient::PutBlob(const Reference& repository, const Descriptor& descriptor,
                                     const std::string& mounted_from, const HttpBody& body) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  std::string from = mounted_from;
  for (Retry retry(options_.stop);;) {
    ASSIGN_OR_RETURN(std::optional<std::string> session,
                     StartUpload(place, descriptor.digest, from));
    if (!session) return true;
    from.clear();  // it did not take it from there
    HttpCall call;
    call.method = "PUT";
    call.url = *session + (session->find('?') == std::string::npos ? "?" : "&") +
               "digest=" + EscapeQuery(descriptor.digest.ToString());
    call.headers.emplace_back("Content-Type", kBytes);
    call.body = &body;
    Result<HttpReply> reply =
        Call(place, call, [](const HttpReply&, ByteSpan) { return OkStatus(); });
    if (reply.ok() && reply->status / 100 == 2) return false;
    // A session that broke is gone: the next one begins anew.
    bool is_lost_session = reply.ok() && (reply->status == 404 || reply->status == 416);
    if (is_lost_session) reply = Status(Code::kUnavailable, call.url + ": the upload is lost");
    if (!retry.Again(reply)) return reply.ok() ? StatusOfReply(*reply) : reply.status();
  }
}

Result<bool> RegistryClient::PutManifest(const Reference& repository,
                                         const std::string& tag_or_digest,
                                         const std::string& media_type, std::string_view text) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  HttpBody body;
  body.size_bytes = text.size();
  body.read = [text](uint64_t offset, MutableByteSpan out) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(text[offset + i]);
    return OkStatus();
  };
  HttpCall call;
  call.method = "PUT";
  call.url = place.Url("manifests/" + tag_or_digest);
  call.headers.emplace_back("Content-Type", media_type);
  call.body = &body;
  std::string ignored;
  ASSIGN_OR_RETURN(HttpReply reply,
                   Fetch(place, call, limits::http_error_body_max_bytes, &ignored));
  RETURN_IF_ERROR(StatusOfReply(reply));
  std::string digest = Digest::Of(AsBytes(text)).ToString();
  std::string said = reply.Header("docker-content-digest");
  if (!said.empty() && said != digest) {
    return Corrupt(call.url + " keeps it as " + said + " instead of " + digest);
  }
  return !reply.Header("oci-subject").empty();
}

Status RegistryClient::CheckManifest(const Reference& repository, const Descriptor& descriptor) {
  ASSIGN_OR_RETURN(Place place, PlaceOf(repository));
  HttpCall call;
  call.url = place.Url("manifests/" + descriptor.digest.ToString());
  call.headers.emplace_back("Accept", descriptor.media_type);
  return CheckSize(place, std::move(call), descriptor.size_bytes);
}

}  // namespace airgap
