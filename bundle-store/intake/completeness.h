// Whether bundles carry what a release was seen to need.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "intake/found_references.h"
#include "intake/live_images.h"
#include "store/bundle.h"

namespace airgap {

enum class Presence {
  kPresent,
  kLacking,
  kOtherDigest,  // the tag is there, for something else
};

struct Verdict {
  Presence presence = Presence::kPresent;
  std::string why;  // one line when it is not present
};

// The names that a set of bundles carries, with everything below each: the platform manifests of
// an index count as its own. Manifests are read, payloads are not.
class CarriedNames {
 public:
  // kCorrupt or kIo when a manifest cannot be read.
  static Result<CarriedNames> Of(const std::vector<std::shared_ptr<Bundle>>& bundles);

  // By tag: the tag. By digest: that digest in that repository. By both: the digest.
  Verdict Check(const FoundReference& found) const;
  // `same_tag_is_enough`: a node's digest need not be the bundle's.
  Verdict Check(const LiveImage& image, bool same_tag_is_enough) const;

 private:
  struct Repository {
    std::map<std::string, Digest> tags;
    std::set<Digest> digests;  // of roots and of what is below them
    // What a node may hold for a root: itself, its children, the index that it was taken from.
    std::map<Digest, std::set<Digest>> below;
  };
  Status AddRoot(const std::vector<std::shared_ptr<Bundle>>& bundles, const Descriptor& root);
  Verdict CheckReference(const Reference& reference) const;
  const Repository* Find(const Reference& reference) const;

  std::map<std::string, Repository> repositories_;  // by host/repository
  std::set<Digest> absent_;                         // roots that a delta names and no bundle holds
};

}  // namespace airgap
