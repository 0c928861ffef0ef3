// An appliance image: the base ISO and behind it the identity, the site file, bundles and room for
// state, one GPT partition for each. Needs no root and no ISO tools; the base is copied as it is,
// but for the sectors that state sizes and the time stamp that tells one image from another.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
  // Certificates and a key (net/authority.h); empty: what the base has stays.
  std::string identity_text;
  // Of the state partition, 0 for none; without a value limits::state_default_bytes, unless the
  // base has one, which then stays with what is in it.
  std::optional<uint64_t> state_bytes;
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
  uint32_t site_partition_number = 0;      // 0: none was asked for
  uint32_t identity_partition_number = 0;  // the same
  uint32_t state_partition_number = 0;     // 0: none was added
  uint64_t state_bytes = 0;                // of the one that was added
  std::vector<ComposedBundle> bundles;     // the added ones, in order
};

// Every blob is verified while it is copied. An image with an identity is for its owner alone (mode
// 0600), for the key is in it; the room for state is a hole in the file. Errors, all before the
// image appears: kCorrupt (the base is no base ISO, a bundle is damaged), kInvalidArgument (neither
// bundle nor site file, one bundle twice, output over an input, state for a base that has some),
// kNoSpace (before anything is written), kLimitExceeded, or what reading and writing gave.
Result<ComposedImage> ComposeImage(Env* env, const ComposeRequest& request,
                                   const std::function<void(const ComposeProgress&)>& progress);

// Whether the base ISO or image has an identity.
Result<bool> HasIdentity(Env* env, const std::string& base_path);

}  // namespace airgap
