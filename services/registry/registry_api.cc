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

// Part of a blob in memory of one block at a time, where there is no file for sendfile.
class BlobReader : public BodyReader {
 public:
  BlobReader(std::shared_ptr<const Catalog> catalog, BlobLocation blob, ByteRange range)
      : catalog_(std::move(catalog)), blob_(blob), range_(range) {}

  Result<size_t> Read(uint64_t offset_bytes, MutableByteSpan out) override {
    size_t size = std::min<uint64_t>(out.size(), range_.length_bytes - offset_bytes);
    RETURN_IF_ERROR(blob_.bundle->ReadBlob(blob_.blob_number, range_.offset_bytes + offset_bytes,
                                           out.subspan(0, size)));
    return size;
  }

 private:
  std::shared_ptr<const Catalog> catalog_;
  BlobLocation blob_;
  ByteRange range_;
};

HttpResponse JsonResponse(const JsonBuilder& document, const char* content_type = kJson) {
  return HttpResponse::Text(200, content_type, document.ToText());
}

// The digest that a tag or digest stands for in this repository.
Result<Digest> ResolveReference(const Repository& repository, const std::string& reference) {
  if (reference.find(':') != std::string::npos) return Digest::Parse(reference);
  auto tag = repository.tags.find(reference);
  if (tag != repository.tags.end()) return tag->second.digest;
  return NotFound("repository " + repository.host + "/" + repository.name + " has no tag '" +
                  reference + "' in any bundle");
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

void FillBlobBody(const std::shared_ptr<const Catalog>& catalog, const BlobLocation& blob,
                  ByteRange range, HttpResponse* response) {
  response->size_bytes = range.length_bytes;
  if (blob.bundle->fd() >= 0) {
    response->file_fd = blob.bundle->fd();
    response->file_offset_bytes = blob.bundle->FileOffset(blob.blob_number) + range.offset_bytes;
    response->keep_alive = catalog;
  } else {
    response->reader = std::make_shared<BlobReader>(catalog, blob, range);
  }
}

}  // namespace

HttpResponse RegistryApi::Serve(const HttpRequest& request) const {
  HttpResponse response = Dispatch(request);
  response.AddHeader("Docker-Distribution-Api-Version", "registry/2.0");
  return response;
}

HttpResponse RegistryApi::Dispatch(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response =
        ErrorResponse({405, OciError::kUnsupported}, request.method +
                                                         " is not offered: this registry is"
                                                         " read-only, its bundles never change");
    response.AddHeader("Allow", "GET, HEAD");
    return response;
  }
  Result<Route> route = ParseRoute(request.path);
  if (!route.ok()) return ErrorResponse(route.status(), Subject::kName);
  std::shared_ptr<const Catalog> catalog = catalog_();
  switch (route->endpoint) {
    case Endpoint::kBase:
      return HttpResponse::Text(200, kJson, "{}");
    case Endpoint::kCatalog:
      return Repositories(*catalog, request);
    case Endpoint::kManifest:
      return Manifest(*catalog, request, *route);
    case Endpoint::kBlob:
      return Blob(catalog, request, *route);
    case Endpoint::kTags:
      return Tags(*catalog, request, *route);
    case Endpoint::kReferrers:
      return ListReferrers(*catalog, request, *route);
    case Endpoint::kUpload:
      break;
  }
  return ErrorResponse({404, OciError::kBlobUploadUnknown},
                       "there are no uploads: this registry is read-only");
}

HttpResponse RegistryApi::Manifest(const Catalog& catalog, const HttpRequest& request,
                                   const Route& route) const {
  bool by_digest = route.reference.find(':') != std::string::npos;
  Status fine = CheckReference(route.reference);
  if (!fine.ok()) return ErrorResponse(fine, by_digest ? Subject::kDigest : Subject::kManifest);
  auto repository = catalog.FindRepository(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  Result<Digest> digest = ResolveReference(**repository, route.reference);
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kManifest);
  Descriptor descriptor;
  auto text = catalog.ReadManifest(*digest, &descriptor);
  if (!text.ok()) return ErrorResponse(text.status(), Subject::kManifest);
  HttpResponse response;
  response.AddHeader("Content-Type", descriptor.media_type);
  response.AddHeader("Docker-Content-Digest", digest->ToString());
  response.AddHeader("ETag", "\"" + digest->ToString() + "\"");
  response.text = *text;
  return response;
}

HttpResponse RegistryApi::Blob(const std::shared_ptr<const Catalog>& catalog,
                               const HttpRequest& request, const Route& route) const {
  Result<Digest> digest = Digest::Parse(route.reference);
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  auto repository = catalog->FindRepository(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  Result<BlobLocation> blob = catalog->FindBlob(*digest);
  if (!blob.ok()) return ErrorResponse(blob.status(), Subject::kBlob);
  Status header = blob->bundle->CheckHeader(blob->blob_number);
  if (!header.ok()) return ErrorResponse(header, Subject::kBlob);

  uint64_t size = blob->entry().size_bytes;
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
  FillBlobBody(catalog, *blob, range, &response);
  return response;
}

HttpResponse RegistryApi::Tags(const Catalog& catalog, const HttpRequest& request,
                               const Route& route) const {
  auto repository = catalog.FindRepository(request.Query("ns"), route.name);
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  std::vector<std::string> tags;
  for (const auto& [tag, descriptor] : (*repository)->tags) tags.push_back(tag);
  Result<Page> page = CutPage(request, tags);
  if (!page.ok()) return ErrorResponse({400, OciError::kUnsupported}, page.status().message());
  JsonBuilder document;
  document.root().Put("name", route.name);
  JsonNode list = document.root().PutArray("tags");
  for (const std::string& tag : page->entries) list.Add(tag);
  HttpResponse response = JsonResponse(document);
  if (!page->link.empty()) response.AddHeader("Link", page->link);
  return response;
}

HttpResponse RegistryApi::Repositories(const Catalog& catalog, const HttpRequest& request) const {
  Result<Page> page = CutPage(request, catalog.RepositoryNames());
  if (!page.ok()) return ErrorResponse({400, OciError::kUnsupported}, page.status().message());
  JsonBuilder document;
  JsonNode list = document.root().PutArray("repositories");
  for (const std::string& name : page->entries) list.Add(name);
  HttpResponse response = JsonResponse(document);
  if (!page->link.empty()) response.AddHeader("Link", page->link);
  return response;
}

HttpResponse RegistryApi::ListReferrers(const Catalog& catalog, const HttpRequest& request,
                                        const Route& route) const {
  Result<Digest> subject = Digest::Parse(route.reference);
  if (!subject.ok()) return ErrorResponse(subject.status(), Subject::kDigest);
  JsonBuilder document;
  document.root().Put("schemaVersion", 2);
  document.root().Put("mediaType", media_type::kOciIndex);
  JsonNode manifests = document.root().PutArray("manifests");
  std::string wanted = request.Query("artifactType");
  for (const Descriptor& referrer : catalog.Referrers(*subject)) {
    if (!wanted.empty() && referrer.artifact_type != wanted) continue;
    referrer.WriteTo(manifests.AddObject());
  }
  HttpResponse response = JsonResponse(document, media_type::kOciIndex);
  if (!wanted.empty()) response.AddHeader("OCI-Filters-Applied", "artifactType");
  return response;
}

}  // namespace airgap
