#include "registry/registry_api.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "oci/manifest.h"
#include "registry/errors.h"
#include "registry/paging.h"

namespace airgap {
namespace {

constexpr char kJson[] = "application/json";

// A part of a body, where there is no file for sendfile.
class PartReader : public BodyReader {
 public:
  PartReader(std::shared_ptr<BodyReader> whole, ByteRange range)
      : whole_(std::move(whole)), range_(range) {}

  Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) override {
    size_t size = std::min<uint64_t>(out.size(), range_.length_bytes - offset_bytes);
    return whole_->Read(range_.offset_bytes + offset_bytes, out.subspan(0, size));
  }

 private:
  std::shared_ptr<BodyReader> whole_;
  ByteRange range_;
};

HttpResponse JsonResponse(const JsonBuilder& document, const char* content_type = kJson) {
  return HttpResponse::Text(200, content_type, document.ToText());
}

Status CheckReference(const std::string& reference) {
  if (reference.find(':') != std::string::npos) {
    Result<Digest> digest = Digest::Parse(reference);
    return digest.ok() ? OkStatus() : digest.status();
  }
  return IsTag(reference) ? OkStatus()
                          : InvalidArgument("'" + reference + "' is neither a tag nor a digest");
}

HttpResponse RangeRefused(uint64_t size_bytes) {
  HttpResponse response =
      ErrorResponse({416, OciError::kSizeInvalid}, "the range lies outside of the blob's " +
                                                       std::to_string(size_bytes) + " bytes");
  response.AddHeader("Content-Range", "bytes */" + std::to_string(size_bytes));
  return response;
}

void FillBlobBody(const FoundBlob& blob, ByteRange range, HttpResponse* response) {
  response->size_bytes = range.length_bytes;
  response->keep_alive = blob.keep_alive;
  if (blob.fd >= 0) {
    response->file_fd = blob.fd;
    response->file_offset_bytes = blob.file_offset_bytes + range.offset_bytes;
  } else {
    response->reader = std::make_shared<PartReader>(blob.reader, range);
  }
}

HttpResponse LoginNeeded(const Status& why) {
  if (why.code() == Code::kUnavailable) {
    HttpResponse busy = ErrorResponse({429, OciError::kTooManyRequests}, why.message());
    busy.AddHeader("Retry-After", "2");
    return busy;
  }
  HttpResponse response = ErrorResponse({401, OciError::kUnauthorized}, why.message());
  response.AddHeader("WWW-Authenticate", "Basic realm=\"cozy-airgap\", charset=\"UTF-8\"");
  return response;
}

HttpResponse ReadOnly(const std::string& method) {
  HttpResponse response = ErrorResponse(
      {405, OciError::kUnsupported},
      method + " is not offered: this registry is read-only, its bundles never change");
  response.AddHeader("Allow", "GET, HEAD");
  return response;
}

}  // namespace

HttpResponse RegistryApi::Serve(const HttpRequest& request) {
  HttpResponse response = Dispatch(request);
  response.AddHeader("Docker-Distribution-Api-Version", "registry/2.0");
  return response;
}

HttpResponse RegistryApi::Dispatch(const HttpRequest& request) {
  bool is_read = request.method == "GET" || request.method == "HEAD";
  bool can_push = push_.overlay != nullptr;
  if (!is_read && !can_push) return ReadOnly(request.method);
  Result<Route> route = ParseRoute(request.path);
  if (!route.ok()) return ErrorResponse(route.status(), Subject::kName);
  if (!can_push) return Read(request, *route);
  bool is_write = !is_read || route->endpoint == Endpoint::kUpload;
  // Docker's and other clients learn here, and only here, that there is something to log in to.
  bool is_base = route->endpoint == Endpoint::kBase;
  if (is_write || is_base || push_.login_to_pull) {
    Status login = push_.logins->Check(request.Header("authorization"));
    if (!login.ok()) return LoginNeeded(login);
  }
  return is_write ? push_api_.Serve(request, *route) : Read(request, *route);
}

HttpResponse RegistryApi::Read(const HttpRequest& request, const Route& route) const {
  Content content(catalog_(), push_.overlay);
  switch (route.endpoint) {
    case Endpoint::kBase:
      return HttpResponse::Text(200, kJson, "{}");
    case Endpoint::kCatalog:
      return Repositories(content, request);
    case Endpoint::kManifest:
      return Manifest(content, request, route);
    case Endpoint::kBlob:
      return Blob(content, request, route);
    case Endpoint::kTags:
      return Tags(content, request, route);
    case Endpoint::kReferrers:
      return ListReferrers(content, request, route);
    case Endpoint::kUpload:
      break;
  }
  return ErrorResponse({404, OciError::kBlobUploadUnknown},
                       "there are no uploads: this registry is read-only");
}

HttpResponse RegistryApi::Manifest(const Content& content, const HttpRequest& request,
                                   const Route& route) const {
  bool by_digest = route.reference.find(':') != std::string::npos;
  Status fine = CheckReference(route.reference);
  if (!fine.ok()) return ErrorResponse(fine, by_digest ? Subject::kDigest : Subject::kManifest);
  auto repository = content.Find(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  Result<FoundManifest> manifest = content.GetManifest(*repository, route.reference);
  if (!manifest.ok()) return ErrorResponse(manifest.status(), Subject::kManifest);
  std::string digest = manifest->digest.ToString();
  HttpResponse response;
  response.AddHeader("Content-Type", manifest->media_type);
  response.AddHeader("Docker-Content-Digest", digest);
  response.AddHeader("ETag", "\"" + digest + "\"");
  response.text = manifest->text;
  return response;
}

HttpResponse RegistryApi::Blob(const Content& content, const HttpRequest& request,
                               const Route& route) const {
  Result<Digest> digest = Digest::Parse(route.reference);
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  auto repository = content.Find(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  Result<FoundBlob> blob = content.GetBlob(*repository, *digest);
  if (!blob.ok()) return ErrorResponse(blob.status(), Subject::kBlob);
  uint64_t size = blob->size_bytes;
  ByteRange range{0, size};
  HttpResponse response;
  RangeOutcome outcome = ParseRange(request.Header("range"), size, &range);
  if (outcome == RangeOutcome::kUnsatisfiable) return RangeRefused(size);
  if (outcome == RangeOutcome::kPartial) {
    response.status = 206;
    response.AddHeader("Content-Range",
                       "bytes " + std::to_string(range.offset_bytes) + "-" +
                           std::to_string(range.offset_bytes + range.length_bytes - 1) + "/" +
                           std::to_string(size));
  }
  response.AddHeader("Content-Type", "application/octet-stream");
  response.AddHeader("Docker-Content-Digest", digest->ToString());
  response.AddHeader("ETag", "\"" + digest->ToString() + "\"");
  response.AddHeader("Accept-Ranges", "bytes");
  FillBlobBody(*blob, range, &response);
  return response;
}

HttpResponse RegistryApi::Tags(const Content& content, const HttpRequest& request,
                               const Route& route) const {
  auto repository = content.Find(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  Result<std::vector<std::string>> tags = content.Tags(*repository);
  if (!tags.ok()) return ErrorResponse(tags.status(), Subject::kName);
  Result<Page> page = CutPage(request, *tags);
  if (!page.ok()) return ErrorResponse({400, OciError::kUnsupported}, page.status().message());
  JsonBuilder document;
  document.root().Put("name", route.name);
  document.root().PutStrings("tags", page->entries);
  HttpResponse response = JsonResponse(document);
  if (!page->link.empty()) response.AddHeader("Link", page->link);
  return response;
}

HttpResponse RegistryApi::Repositories(const Content& content, const HttpRequest& request) const {
  Result<std::vector<std::string>> names = content.Repositories();
  if (!names.ok()) return ErrorResponse(names.status(), Subject::kName);
  Result<Page> page = CutPage(request, *names);
  if (!page.ok()) return ErrorResponse({400, OciError::kUnsupported}, page.status().message());
  JsonBuilder document;
  document.root().PutStrings("repositories", page->entries);
  HttpResponse response = JsonResponse(document);
  if (!page->link.empty()) response.AddHeader("Link", page->link);
  return response;
}

// A repository that nobody knows has no referrers, as the specification wants it.
HttpResponse RegistryApi::ListReferrers(const Content& content, const HttpRequest& request,
                                        const Route& route) const {
  Result<Digest> subject = Digest::Parse(route.reference);
  if (!subject.ok()) return ErrorResponse(subject.status(), Subject::kDigest);
  std::vector<Descriptor> referrers;
  auto repository = content.Find(request.Query("ns"), route.name);
  if (repository.ok()) {
    auto found = content.Referrers(*repository, *subject);
    if (!found.ok()) return ErrorResponse(found.status(), Subject::kManifest);
    referrers = *std::move(found);
  } else if (repository.status().code() != Code::kNotFound) {
    return ErrorResponse(repository.status(), Subject::kName);
  }
  JsonBuilder document;
  document.root().Put("schemaVersion", 2);
  document.root().Put("mediaType", media_type::kOciIndex);
  JsonNode manifests = document.root().PutArray("manifests");
  std::string wanted = request.Query("artifactType");
  for (const Descriptor& referrer : referrers) {
    if (!wanted.empty() && referrer.artifact_type != wanted) continue;
    referrer.WriteTo(manifests.AddObject());
  }
  HttpResponse response = JsonResponse(document, media_type::kOciIndex);
  if (!wanted.empty()) response.AddHeader("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace airgap
