// What Cozystack itself must be told so that it asks the registry of the cluster, by the keys that
// its charts read in a version, and whom no key of that version reaches.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "mirrors/mirror_target.h"

namespace airgap {

struct CozystackVersion {
  unsigned minor = 0;  // of 1

  // "v1.6.2", "1.5". kInvalidArgument: none, or one whose charts are not known here.
  static Result<CozystackVersion> Parse(std::string_view text);
};

// A file for people and for kubectl. `assets_url` is where /image/... paths are; may be empty.
// kInvalidArgument: what is wrong with the target.
Result<std::string> FormatCozystackValues(const MirrorTarget& target, CozystackVersion version,
                                          const std::string& assets_url);

}  // namespace airgap
