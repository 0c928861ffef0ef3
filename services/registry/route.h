// What a path below /v2/ asks for.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

enum class Endpoint {
  kBase,       // /v2/
  kCatalog,    // /v2/_catalog
  kManifest,   // /v2/<name>/manifests/<reference>
  kBlob,       // /v2/<name>/blobs/<digest>
  kUpload,     // /v2/<name>/blobs/uploads/...
  kTags,       // /v2/<name>/tags/list
  kReferrers,  // /v2/<name>/referrers/<digest>
};

struct Route {
  Endpoint endpoint = Endpoint::kBase;
  std::string name;       // may begin with an upstream host, port and all
  std::string reference;  // as the client wrote it: a tag, a digest, an upload session's id or ""
};

// kInvalidArgument when <name> is no repository name, kNotFound when no endpoint has this shape.
// `path` is decoded and begins with "/v2".
Result<Route> ParseRoute(std::string_view path);

}  // namespace airgap
