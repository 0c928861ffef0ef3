// What running nodes hold, as their tools list it: images that operators derive at run time are
// there, and in no chart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "oci/digest.h"
#include "oci/reference.h"

namespace airgap {

struct LiveImage {
  Reference reference;          // by tag, or by digest when the node has no tag for it
  std::vector<Digest> digests;  // that the node knows it by: a manifest's, an index's
  size_t line = 0;              // 0 in JSON
};

// The output of `crictl images -o json`, of `talosctl image list` (one node or several), or
// lines of full references. Names of configs ("sha256:...") are passed over. kInvalidArgument names
// the line that is none of these; an empty list is one too.
Result<std::vector<LiveImage>> ParseLiveImages(std::string_view text, const std::string& what);

}  // namespace airgap
