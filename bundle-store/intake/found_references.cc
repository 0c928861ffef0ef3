#include "intake/found_references.h"

#include "base/limits.h"

namespace airgap {

Status FoundReferences::Add(FoundReference found) {
  found.count = 1;
  std::string text = found.text;
  auto [at, is_new] = all_.try_emplace(std::move(text), std::move(found));
  if (is_new) {
    if (all_.size() <= limits::rendered_references_max_count) return OkStatus();
    return LimitExceeded("more than " + std::to_string(limits::rendered_references_max_count) +
                         " image references are named; check them in parts");
  }
  FoundReference& known = at->second;
  size_t count = known.count + 1;
  // try_emplace() leaves its argument alone when the key is there.
  if (found.certainty == Certainty::kCertain && known.certainty == Certainty::kLikely) {
    known = std::move(found);  // NOLINT(bugprone-use-after-move)
  }
  known.count = count;
  return OkStatus();
}

}  // namespace airgap
