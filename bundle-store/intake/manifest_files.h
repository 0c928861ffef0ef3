// Rendered manifests as they lie about: a file, a folder of them, or standard input.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

struct ManifestFileCount {
  size_t read = 0;
  size_t passed_over = 0;  // in folders: neither .yaml, .yml nor .json, packed with gzip or not
};

// Gives each file's bytes, as they are, to `take`, folders in the order of their names. "-" is
// standard input. Symbolic links are followed to files, never to folders. Errors: those of
// reading, of `take`, and kLimitExceeded (too many files, too deep, one too large).
Result<ManifestFileCount> ReadManifestFiles(
    const std::string& path,
    const std::function<Status(std::string_view text, const std::string& file)>& take);

// All of standard input, at most `max_bytes`.
Result<std::string> ReadStandardInput(uint64_t max_bytes);

}  // namespace airgap
