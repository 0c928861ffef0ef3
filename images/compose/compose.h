// An appliance image: the base ISO with the site file and bundles behind it, one GPT partition for
// each. Needs no root and no ISO tools; the base is copied as it is, but for the sectors that state
// sizes and the time stamp that tells one site's image from another's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"

namespace airgap {

struct ComposeRequest {
  std::string base_path;
  // Tar files; or images whose bundles are taken over (see OpenBundles).
  std::vector<std::string> bundle_paths;
  // The site file, which the caller has checked; with an empty path there is none, and what the
  // base has stays.
  std::string site_path;
  std::string site_text;
  std::string out_path;  // replaced only when the new image is complete
};

struct ComposeProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
};

struct ComposedBundle {
  std::string location;  // where it came from
  std::string name;
  std::string version;
  Digest identity;
  std::string partition_name;  // "airgap-bundle-1"
  uint32_t partition_number = 0;
  uint64_t offset_bytes = 0;  // in the image
  uint64_t size_bytes = 0;    // of the tar
};

struct ComposedImage {
  uint64_t size_bytes = 0;
  uint32_t site_partition_number = 0;   // 0: none was asked for
  std::vector<ComposedBundle> bundles;  // the added ones, in order
};

// Every blob is verified while it is copied. Errors, all before the image appears: kCorrupt (the
// base is no base ISO, a bundle is damaged), kInvalidArgument (neither bundle nor site file, one
// bundle twice, output over an input), kNoSpace (before anything is written), kLimitExceeded, or
// what reading and writing gave.
Result<ComposedImage> ComposeImage(Env* env, const ComposeRequest& request,
                                   const std::function<void(const ComposeProgress&)>& progress);

}  // namespace airgap
