#include "registry/push_api.h"

#include <charconv>

#include "base/limits.h"
#include "oci/reference.h"
#include "registry/errors.h"
#include "registry/paging.h"

namespace airgap {
namespace {

constexpr char kContentRangeAsked[] = "Content-Range must be FIRST-LAST, without 'bytes'";

HttpResponse UploadError(int http_status, const std::string& message) {
  return ErrorResponse({http_status, OciError::kBlobUploadInvalid}, message);
}

HttpResponse MethodRefused(const std::string& method, const char* allowed) {
  HttpResponse response =
      ErrorResponse({405, OciError::kUnsupported}, method + " is not offered here");
  response.AddHeader("Allow", allowed);
  return response;
}

HttpResponse Empty(int http_status) {
  HttpResponse response;
  response.status = http_status;
  return response;
}

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What a chunk claims to be: its place, and its size where it says so.
struct Chunk {
  std::optional<uint64_t> first;
  std::optional<uint64_t> size_bytes;
};

// Of Content-Range ("0-1023", unlike RFC 9110's) and Content-Length.
Result<Chunk> ParseChunk(const HttpRequest& request) {
  Chunk chunk;
  chunk.size_bytes = ParseNumber(request.Header("content-length"));
  std::string range = request.Header("content-range");
  if (range.empty()) return chunk;
  size_t dash = range.find('-');
  if (dash == std::string::npos) return InvalidArgument(kContentRangeAsked);
  chunk.first = ParseNumber(std::string_view(range).substr(0, dash));
  std::optional<uint64_t> last = ParseNumber(std::string_view(range).substr(dash + 1));
  if (!chunk.first || !last || *last < *chunk.first) return InvalidArgument(kContentRangeAsked);
  uint64_t size = *last - *chunk.first + 1;
  if (chunk.size_bytes && *chunk.size_bytes != size) {
    return InvalidArgument("Content-Range and Content-Length do not fit each other");
  }
  chunk.size_bytes = size;
  return chunk;
}

// Appends a body to a session, then lets `finish` answer. A session that finds the disk full is
// dropped: its bytes would keep it full.
class UploadTaker : public BodyTaker {
 public:
  UploadTaker(Overlay* overlay, std::shared_ptr<Upload> upload, std::optional<uint64_t> size_bytes,
              std::function<HttpResponse(const std::shared_ptr<Upload>&)> finish)
      : overlay_(overlay),
        turn_(std::move(upload)),
        size_bytes_(size_bytes),
        finish_(std::move(finish)) {}
  bool ok() const { return turn_.ok(); }
  uint64_t received_bytes() const { return turn_.upload()->received_bytes(); }

  Status Take(ByteSpan bytes) override {
    taken_ += bytes.size();
    if (size_bytes_ && taken_ > *size_bytes_) {
      failure_ = InvalidArgument("more bytes came than Content-Range says");
      return failure_;
    }
    if (taken_ - checked_ >= limits::upload_space_check_bytes) {
      checked_ = taken_;
      failure_ = overlay_->CheckSpace(0);
    }
    if (failure_.ok()) failure_ = turn_->Append(bytes);
    if (failure_.code() == Code::kNoSpace) overlay_->DropUpload(turn_->id());
    return failure_;
  }

  HttpResponse Finish() override {
    HttpResponse answer = Answer();
    // Before anybody sees that: the next request may come over another connection at once.
    turn_.End();
    return answer;
  }

 private:
  HttpResponse Answer() {
    if (failure_.ok() && size_bytes_ && taken_ != *size_bytes_) {
      failure_ = InvalidArgument("fewer bytes came than Content-Range says");
    }
    if (failure_.code() == Code::kInvalidArgument) return UploadError(400, failure_.message());
    if (!failure_.ok()) return ErrorResponse(failure_, Subject::kUpload);
    return finish_(turn_.upload());
  }

  Overlay* overlay_;
  Upload::Turn turn_;
  std::optional<uint64_t> size_bytes_;
  std::function<HttpResponse(const std::shared_ptr<Upload>&)> finish_;
  uint64_t taken_ = 0;
  uint64_t checked_ = 0;  // of taken_, when the disk was last asked for room
  Status failure_;
};

// Gathers a manifest in memory, then lets `finish` answer. Counts itself while it lives.
class ManifestTaker : public BodyTaker {
 public:
  ManifestTaker(std::atomic<unsigned>* count,
                std::function<HttpResponse(const std::string&)> finish)
      : count_(count), finish_(std::move(finish)) {
    ++*count_;
  }
  ~ManifestTaker() override { --*count_; }

  Status Take(ByteSpan bytes) override {
    if (bytes.size() > limits::manifest_max_bytes - text_.size()) {
      text_ = std::string();
      failure_ = LimitExceeded("a manifest has at most " +
                               std::to_string(limits::manifest_max_bytes) + " bytes");
      return failure_;
    }
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return OkStatus();
  }

  HttpResponse Finish() override {
    return failure_.ok() ? finish_(text_) : ErrorResponse(failure_, Subject::kManifest);
  }

 private:
  std::atomic<unsigned>* count_;
  std::function<HttpResponse(const std::string&)> finish_;
  std::string text_;
  Status failure_;
};

Status BelongsToBundle(const std::string& what) {
  return Denied(what + " belongs to a bundle, which never changes");
}

}  // namespace

std::string PushApi::PathTo(const Target& target, const std::string& rest) const {
  std::string path = "/v2/" + PercentEncode(target.name) + rest;
  return target.ns.empty() ? path : path + "?ns=" + PercentEncode(target.ns);
}

HttpResponse PushApi::Serve(const HttpRequest& request, const Route& route) {
  Target target{{}, route.name, request.Query("ns")};
  Result<FoundRepository> repository = Now().FindToPush(target.ns, target.name);
  if (repository.status().code() == Code::kAmbiguous) {
    // Not "unknown", as it is for a pull: to a push an unknown name is fine.
    return ErrorResponse({400, OciError::kNameInvalid}, repository.status().message());
  }
  if (!repository.ok()) return ErrorResponse(repository.status(), Subject::kName);
  target.repository = *std::move(repository);
  if (route.endpoint == Endpoint::kUpload) return Uploads(request, route, target);
  if (route.endpoint == Endpoint::kManifest) {
    if (request.method == "PUT") return TakeManifest(request, route, target);
    if (request.method == "DELETE") return DeleteManifest(route, target);
    return MethodRefused(request.method, "GET, HEAD, PUT, DELETE");
  }
  if (route.endpoint == Endpoint::kBlob) {
    if (request.method == "DELETE") return DeleteBlob(route, target);
    return MethodRefused(request.method, "GET, HEAD, DELETE");
  }
  return MethodRefused(request.method, "GET, HEAD");
}

HttpResponse PushApi::Uploads(const HttpRequest& request, const Route& route,
                              const Target& target) {
  if (route.reference.empty()) {
    if (request.method == "POST") return StartUpload(request, target);
    return MethodRefused(request.method, "POST");
  }
  auto upload = overlay_->FindUpload(target.repository.key, route.reference);
  if (!upload.ok()) return ErrorResponse(upload.status(), Subject::kUpload);
  if (request.method == "GET") return UploadStatus(204, target, **upload);
  if (request.method == "DELETE") {
    overlay_->DropUpload(route.reference);
    return Empty(204);
  }
  if (request.method == "PATCH" || request.method == "PUT") {
    return ContinueUpload(request, target, *upload);
  }
  return MethodRefused(request.method, "GET, PATCH, PUT, DELETE");
}

HttpResponse PushApi::StartUpload(const HttpRequest& request, const Target& target) {
  if (std::string mount = request.Query("mount"); !mount.empty()) {
    Result<Digest> digest = Digest::Parse(mount);
    if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
    HttpResponse mounted = Mount(request, target, *digest);
    if (mounted.status != 404) return mounted;
  }
  auto upload = overlay_->StartUpload(target.repository.key);
  if (!upload.ok()) return ErrorResponse(upload.status(), Subject::kUpload);
  if (request.Query("digest").empty()) return UploadStatus(202, target, **upload);
  return ContinueUpload(request, target, *upload);
}

// With `from` the blob must be there; without, any repository's will do. 404 when there is none.
HttpResponse PushApi::Mount(const HttpRequest& request, const Target& target,
                            const Digest& digest) {
  Content content = Now();
  std::string from = request.Query("from");
  bool is_there = false;
  if (from.empty()) {
    is_there = content.AnyHasBlob(digest);
  } else if (Result<FoundRepository> source = content.Find(target.ns, from); source.ok()) {
    is_there = content.GetBlob(*source, digest).ok();
  }
  if (!is_there) return Empty(404);
  Status linked = overlay_->LinkBlob(target.repository.key, digest);
  if (!linked.ok()) return ErrorResponse(linked, Subject::kBlob);
  HttpResponse response = Empty(201);
  response.AddHeader("Location", PathTo(target, "/blobs/" + digest.ToString()));
  response.AddHeader("Docker-Content-Digest", digest.ToString());
  return response;
}

HttpResponse PushApi::UploadStatus(int http_status, const Target& target,
                                   const Upload& upload) const {
  HttpResponse response = Empty(http_status);
  uint64_t received = upload.received_bytes();
  response.AddHeader("Location", PathTo(target, "/blobs/uploads/" + upload.id()));
  response.AddHeader("Range", "0-" + std::to_string(received == 0 ? 0 : received - 1));
  response.AddHeader("Docker-Upload-UUID", upload.id());
  return response;
}

// PATCH: a piece. PUT, and POST with a digest: the last piece, which may be empty.
HttpResponse PushApi::ContinueUpload(const HttpRequest& request, const Target& target,
                                     const std::shared_ptr<Upload>& upload) {
  if (request.method == "PATCH") return TakeUpload(request, target, upload);
  std::string text = request.Query("digest");
  if (text.empty()) return UploadError(400, "the last request of an upload needs ?digest=");
  Result<Digest> digest = Digest::Parse(text);
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  return TakeUpload(request, target, upload);
}

HttpResponse PushApi::TakeUpload(const HttpRequest& request, const Target& target,
                                 const std::shared_ptr<Upload>& upload) {
  Result<Chunk> chunk = ParseChunk(request);
  if (!chunk.ok()) return UploadError(400, chunk.status().message());
  Status space = overlay_->CheckSpace(chunk->size_bytes.value_or(0));
  if (!space.ok()) {
    overlay_->DropUpload(upload->id());
    return ErrorResponse(space, Subject::kUpload);
  }
  bool is_last = request.method != "PATCH";
  Result<Digest> digest = Digest::Parse(request.Query("digest"));
  auto finish = [this, target, is_last, digest](const std::shared_ptr<Upload>& done) {
    return is_last ? FinishUpload(target, done, *digest) : UploadStatus(202, target, *done);
  };
  // Without a claimed place the size is HTTP's own affair.
  auto size = chunk->first ? chunk->size_bytes : std::nullopt;
  auto taker = std::make_shared<UploadTaker>(overlay_, upload, size, finish);
  if (!taker->ok()) return UploadError(409, "another request is at this upload session");
  if (chunk->first && *chunk->first != taker->received_bytes()) {
    HttpResponse response = UploadStatus(416, target, *upload);
    HttpResponse error = UploadError(416, "the next byte of this upload session is number " +
                                              std::to_string(upload->received_bytes()));
    for (auto& [name, value] : error.headers) response.AddHeader(name, value);
    response.text = error.text;
    return response;
  }
  HttpResponse response;
  response.taker = taker;
  return response;
}

HttpResponse PushApi::FinishUpload(const Target& target, const std::shared_ptr<Upload>& upload,
                                   const Digest& digest) {
  Status finished = overlay_->FinishUpload(upload, digest);
  if (!finished.ok()) return ErrorResponse(finished, Subject::kDigest);
  HttpResponse response = Empty(201);
  response.AddHeader("Location", PathTo(target, "/blobs/" + digest.ToString()));
  response.AddHeader("Docker-Content-Digest", digest.ToString());
  return response;
}

HttpResponse PushApi::TakeManifest(const HttpRequest& request, const Route& route,
                                   const Target& target) {
  bool by_digest = route.reference.find(':') != std::string::npos;
  std::vector<std::string> tags = request.QueryAll("tag");
  if (!by_digest) tags.push_back(route.reference);
  for (const std::string& tag : tags) {
    if (!IsTag(tag)) {
      return ErrorResponse(InvalidArgument("'" + tag + "' is no tag"), Subject::kManifest);
    }
  }
  if (tags.size() > limits::push_tags_max_count) {
    return ErrorResponse(
        {414, OciError::kManifestInvalid},
        "at most " + std::to_string(limits::push_tags_max_count) + " tags can be given at once");
  }
  if (by_digest) {
    Result<Digest> digest = Digest::Parse(route.reference);
    if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  }
  std::optional<uint64_t> size = ParseNumber(request.Header("content-length"));
  if (size.value_or(0) > limits::manifest_max_bytes) {
    return ErrorResponse(LimitExceeded("a manifest has at most " +
                                       std::to_string(limits::manifest_max_bytes) + " bytes"),
                         Subject::kManifest);
  }
  if (manifests_taken_ >= limits::manifests_taken_max_count) {
    HttpResponse busy = ErrorResponse({429, OciError::kTooManyRequests},
                                      "many manifests are being pushed; try again");
    busy.AddHeader("Retry-After", "1");
    return busy;
  }
  HttpResponse response;
  std::string type = request.Header("content-type");
  type = type.substr(0, type.find_first_of("; "));
  response.taker = std::make_shared<ManifestTaker>(
      &manifests_taken_,
      [this, target, reference = route.reference, tags, type](const std::string& text) {
        return PutManifest(target, reference, tags, type, text);
      });
  return response;
}

// Everything that the manifest needs must be there first, as every registry wants it.
Status PushApi::CheckChildren(const FoundRepository& repository, const Manifest& manifest) const {
  Content content = Now();
  for (const Descriptor& child : manifest.Children()) {
    bool is_manifest = IsIndexKind(manifest.kind);
    Status found = is_manifest ? content.GetManifest(repository, child.digest.ToString()).status()
                               : content.GetBlob(repository, child.digest).status();
    if (found.ok()) continue;
    if (found.code() != Code::kNotFound) return found;
    return NotFound("push " + std::string(is_manifest ? "manifest " : "blob ") +
                    child.digest.ToString() + " to this repository first");
  }
  return OkStatus();
}

HttpResponse PushApi::PutManifest(const Target& target, const std::string& reference,
                                  const std::vector<std::string>& tags,
                                  const std::string& content_type, const std::string& text) {
  const FoundRepository& repository = target.repository;
  OverlayManifest manifest;
  bool by_digest = reference.find(':') != std::string::npos;
  Result<Digest> digest = by_digest ? Digest::Parse(reference) : Digest::Of(AsBytes(text));
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  manifest.digest = *digest;
  if (Digest::Of(AsBytes(text), digest->algorithm()) != *digest) {
    return ErrorResponse(
        InvalidArgument("the manifest's bytes do not have the digest " + digest->ToString()),
        Subject::kDigest);
  }
  Result<Manifest> parsed = Manifest::Parse(text, content_type, "the manifest");
  if (!parsed.ok()) {
    return ErrorResponse({400, OciError::kManifestInvalid}, parsed.status().message());
  }
  if (KindOfMediaType(content_type) != ManifestKind::kNone && content_type != parsed->media_type) {
    return ErrorResponse({400, OciError::kManifestInvalid},
                         "the manifest says that it is " + parsed->media_type +
                             ", Content-Type says " + content_type);
  }
  Content content = Now();
  for (const std::string& tag : tags) {
    if (!content.IsBundledTag(repository, tag)) continue;
    if (repository.bundled->tags.at(tag) == *digest) continue;
    return ErrorResponse(
        BelongsToBundle("tag '" + tag + "' of " + repository.key).WithContext("push another tag"),
        Subject::kManifest);
  }
  Status children = CheckChildren(repository, *parsed);
  if (children.code() == Code::kNotFound) {
    return ErrorResponse({400, OciError::kManifestBlobUnknown}, children.message());
  }
  if (!children.ok()) return ErrorResponse(children, Subject::kManifest);
  manifest.media_type = parsed->media_type;
  manifest.text = std::make_shared<const std::string>(text);
  if (parsed->subject) manifest.subject = parsed->subject->digest.ToString();
  Status put = overlay_->PutManifest(repository.key, manifest, tags);
  if (!put.ok()) return ErrorResponse(put, Subject::kManifest);
  HttpResponse response = Empty(201);
  response.AddHeader("Location", PathTo(target, "/manifests/" + digest->ToString()));
  response.AddHeader("Docker-Content-Digest", digest->ToString());
  if (!manifest.subject.empty()) response.AddHeader("OCI-Subject", manifest.subject);
  if (by_digest) {
    for (const std::string& tag : tags) response.AddHeader("OCI-Tag", tag);
  }
  return response;
}

HttpResponse PushApi::DeleteManifest(const Route& route, const Target& target) {
  const FoundRepository& repository = target.repository;
  Content content = Now();
  std::string what = repository.key + ":" + route.reference;
  Status deleted;
  if (route.reference.find(':') == std::string::npos) {
    if (content.IsBundledTag(repository, route.reference)) {
      return ErrorResponse(BelongsToBundle(what), Subject::kManifest);
    }
    deleted = overlay_->DeleteTag(repository.key, route.reference);
  } else {
    Result<Digest> digest = Digest::Parse(route.reference);
    if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
    deleted = overlay_->DeleteManifest(repository.key, *digest);
    if (deleted.code() == Code::kNotFound && content.IsBundledBlob(repository, *digest)) {
      return ErrorResponse(BelongsToBundle(what), Subject::kManifest);
    }
  }
  return deleted.ok() ? Empty(202) : ErrorResponse(deleted, Subject::kManifest);
}

HttpResponse PushApi::DeleteBlob(const Route& route, const Target& target) {
  Result<Digest> digest = Digest::Parse(route.reference);
  if (!digest.ok()) return ErrorResponse(digest.status(), Subject::kDigest);
  Status deleted = overlay_->DeleteBlob(target.repository.key, *digest);
  if (deleted.code() == Code::kNotFound && Now().IsBundledBlob(target.repository, *digest)) {
    return ErrorResponse(BelongsToBundle("blob " + digest->ToString()), Subject::kBlob);
  }
  return deleted.ok() ? Empty(202) : ErrorResponse(deleted, Subject::kBlob);
}

}  // namespace airgap
