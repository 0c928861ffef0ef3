// What a registry needs so that it holds everything that the bundles hold, in the layout of the
// handoff: each upstream's repository under "<upstream host>/<repository>", and each asset as an
// artifact under the name that it has in the bundle, "airgap.internal/assets/<path>".
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/catalog.h"

namespace airgap {

// What stands for an upstream's host where the bundles' assets are.
inline constexpr char kAssetHost[] = "airgap.internal";
// The tag of an asset in its repository, which is what clients ask for that are told no tag.
inline constexpr char kAssetTag[] = "latest";

// The name of an upstream's repository at the target: a port's colon cannot stand in a path.
std::string TargetRepository(std::string_view host, std::string_view name);

struct PlannedManifest {
  Descriptor descriptor;
  unsigned height = 0;  // 0: an image manifest; an index is above all that it lists
  std::optional<Digest> subject;
  // A delta leaves it out: it must be at the target.
  bool is_absent = false;
};

struct PlannedRepository {
  std::string name;                        // at the target
  std::map<Digest, uint64_t> blobs;        // with their sizes; config and layers
  std::vector<PlannedManifest> manifests;  // by height
  std::map<std::string, Digest> tags;
};

// One blob, and every repository that needs it.
struct SharedBlob {
  Digest digest;
  uint64_t size = 0;
  std::vector<std::string> repositories;  // by name
};

struct HandoffPlan {
  std::vector<PlannedRepository> repositories;  // by name
  std::vector<SharedBlob> blobs;                // the largest first, for they take longest
  uint64_t total_bytes = 0;                     // of these
  // Image indexes of which the bundle carries some children only, "host/name@digest" each: not
  // every registry takes them.
  std::vector<std::string> sparse;

  // kCorrupt or kNotFound: what the bundles lack.
  static Result<HandoffPlan> Make(const Catalog& catalog);
};

}  // namespace airgap
