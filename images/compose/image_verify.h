// Whether a written stick, or an image on its way there, is whole.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "compose/image_list.h"
#include "store/verify.h"

namespace airgap {

struct ImageReport {
  uint64_t verified_bytes = 0;
  std::vector<ListedBundle> bundles;  // that are there and whole
  bool has_list = false;              // false: only the tables and the bundles were checked
  std::vector<std::string> problems;  // one line each; empty: the medium is whole
  bool ok() const { return problems.empty(); }
};

struct ImageVerifyProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
};

// Reads every byte but those of the state. What is wrong with the medium is in the report; an error
// is what opening gave, or kInvalidArgument: it is no image of ours at all.
Result<ImageReport> VerifyImage(Env* env, const std::string& path, const BlobProver& prover,
                                const std::function<void(const ImageVerifyProgress&)>& progress);

// What a few sectors tell of a medium that carries the appliance's volume: the table is gone, it is
// cut off, a bundle of the image is not there. "" if nothing is wrong with it, or it is another's.
std::string ProblemOfMedium(const ReadableFile& medium);

}  // namespace airgap
