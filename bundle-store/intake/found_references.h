// Image references that a release was seen to need, each once, with the first place that names it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/status.h"
#include "oci/reference.h"

namespace airgap {

enum class Certainty {
  kCertain,  // whoever applies this pulls it: the image of a container, the ref of an OCIRepository
  kLikely,   // a text that reads like an image reference
};

// Where a reference stands.
struct FoundPlace {
  std::string file;
  size_t line = 0;
  std::string object;  // "Deployment cozy-system/api"; may be empty
  std::string field;   // "spec.template.spec.containers[0].image"
};

struct FoundReference {
  // What the bundle must have. With neither tag nor digest: some tag of the repository, because
  // which one is decided elsewhere.
  std::optional<Reference> reference;  // nothing when `text` is no reference
  bool is_prefix = false;              // some repository at or below this one
  std::string text;                    // canonical where there is a reference, else as it stands
  Certainty certainty = Certainty::kLikely;
  FoundPlace place;
  size_t count = 0;  // places that name it
};

class FoundReferences {
 public:
  // The same text again only counts, except that certain wins over likely. kLimitExceeded.
  Status Add(FoundReference found);
  const std::map<std::string, FoundReference>& all() const { return all_; }

 private:
  std::map<std::string, FoundReference> all_;  // by text
};

}  // namespace airgap
