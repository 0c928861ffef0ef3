// Downloading one file over HTTP(S), so that the next run goes on where this one stopped.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "base/env.h"
#include "net/http_client.h"
#include "oci/digest.h"

namespace airgap {

struct FileFetch {
  std::string url;
  std::string folder;                            // where it is kept; must exist
  std::optional<Digest> digest;                  // that it must have
  std::function<void(uint64_t bytes)> progress;  // called as bytes come; may be empty
  const std::atomic<bool>* stop = nullptr;       // as in HttpClientOptions
};

// The path of the whole file in `folder`. Its name tells what the server said of it (ETag or
// Last-Modified, and size): a file that changed there is fetched anew, one that is here already is
// not fetched again. Errors: kNotFound, kDenied, kUnavailable, kCorrupt (another digest), kNoSpace.
Result<std::string> FetchFile(Env* env, HttpClient* http, const FileFetch& fetch);

}  // namespace airgap
