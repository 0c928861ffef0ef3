// The errors of the OCI distribution specification, and the one mapping to them.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "net/http_server.h"

namespace airgap {

enum class OciError {
  kBlobUnknown,
  kBlobUploadInvalid,
  kBlobUploadUnknown,
  kDigestInvalid,
  kManifestBlobUnknown,
  kManifestInvalid,
  kManifestUnknown,
  kNameInvalid,
  kNameUnknown,
  kSizeInvalid,
  kUnauthorized,
  kDenied,
  kUnsupported,
  kTooManyRequests,
};
inline constexpr int kOciErrorCount = 14;

// "BLOB_UNKNOWN"
std::string_view OciErrorName(OciError error);

// What a request was about: the same Status means another code for a name than for a blob.
enum class Subject { kName, kManifest, kBlob, kDigest, kUpload };

struct RegistryError {
  int http_status;
  OciError code;
};
// Never 500: what a client asks for wrongly is 4xx, a medium that cannot be read is 503, a disk
// that is full 507 (RFC 4918 11.5), which no client takes for a reason to try again. Bytes that do
// not match their digest are as good as absent (404); the message says so.
RegistryError MapToOci(const Status& status, Subject subject);

// {"errors":[{"code","message","detail"}]}
HttpResponse ErrorResponse(RegistryError error, std::string_view message);
inline HttpResponse ErrorResponse(const Status& status, Subject subject) {
  return ErrorResponse(MapToOci(status, subject), status.message());
}

}  // namespace airgap
