#include "registry/errors.h"

#include "base/json.h"

namespace airgap {
namespace {

OciError Unknown(Subject subject) {
  switch (subject) {
    case Subject::kName:
      return OciError::kNameUnknown;
    case Subject::kManifest:
      return OciError::kManifestUnknown;
    case Subject::kBlob:
    case Subject::kDigest:
      return OciError::kBlobUnknown;
    case Subject::kUpload:
      return OciError::kBlobUploadUnknown;
  }
  return OciError::kNameUnknown;
}

OciError Invalid(Subject subject) {
  switch (subject) {
    case Subject::kName:
      return OciError::kNameInvalid;
    case Subject::kManifest:
      return OciError::kManifestInvalid;
    case Subject::kBlob:
    case Subject::kDigest:
      return OciError::kDigestInvalid;
    case Subject::kUpload:
      return OciError::kBlobUploadInvalid;
  }
  return OciError::kNameInvalid;
}

}  // namespace

std::string_view OciErrorName(OciError error) {
  switch (error) {
    case OciError::kBlobUnknown:
      return "BLOB_UNKNOWN";
    case OciError::kBlobUploadInvalid:
      return "BLOB_UPLOAD_INVALID";
    case OciError::kBlobUploadUnknown:
      return "BLOB_UPLOAD_UNKNOWN";
    case OciError::kDigestInvalid:
      return "DIGEST_INVALID";
    case OciError::kManifestBlobUnknown:
      return "MANIFEST_BLOB_UNKNOWN";
    case OciError::kManifestInvalid:
      return "MANIFEST_INVALID";
    case OciError::kManifestUnknown:
      return "MANIFEST_UNKNOWN";
    case OciError::kNameInvalid:
      return "NAME_INVALID";
    case OciError::kNameUnknown:
      return "NAME_UNKNOWN";
    case OciError::kSizeInvalid:
      return "SIZE_INVALID";
    case OciError::kUnauthorized:
      return "UNAUTHORIZED";
    case OciError::kDenied:
      return "DENIED";
    case OciError::kUnsupported:
      return "UNSUPPORTED";
    case OciError::kTooManyRequests:
      return "TOOMANYREQUESTS";
  }
  return "UNSUPPORTED";
}

RegistryError MapToOci(const Status& status, Subject subject) {
  switch (status.code()) {
    case Code::kOk:
    case Code::kNotFound:
    case Code::kCorrupt:
    case Code::kAmbiguous:
      return {404, Unknown(subject)};
    case Code::kInvalidArgument:
      return {400, Invalid(subject)};
    case Code::kLimitExceeded:
      return {413, OciError::kSizeInvalid};
    case Code::kUnsupported:
      return {400, Invalid(subject)};
    case Code::kDenied:
      return {403, OciError::kDenied};
    case Code::kNoSpace:
      return {507, OciError::kDenied};
    case Code::kIo:
    case Code::kUnavailable:
      return {503, Unknown(subject)};
  }
  return {503, Unknown(subject)};
}

HttpResponse ErrorResponse(RegistryError error, std::string_view message) {
  JsonBuilder document;
  JsonNode entry = document.root().PutArray("errors").AddObject();
  entry.Put("code", OciErrorName(error.code));
  entry.Put("message", message);
  entry.PutObject("detail");
  HttpResponse response =
      HttpResponse::Text(error.http_status, "application/json", document.ToText() + "\n");
  if (error.http_status == 503) response.AddHeader("Retry-After", "5");
  return response;
}

}  // namespace airgap
