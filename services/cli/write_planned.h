// Writes a bundle whose every blob is planned.
#pragma once

#include <string>

#include "base/status.h"
#include "cli/command.h"
#include "oci/digest.h"
#include "store/bundle.h"
#include "store/bundle_writer.h"

namespace airgap {

struct PlannedWrite {
  std::string file;
  std::string split;  // a size as --split takes it; empty: one file
  WriteMode mode = WriteMode::kAtOnce;
  size_t threads = 1;
  const char* title = "";  // of the progress: "merging"
  bool quiet = false;
};

// The bundle's identity. `*bytes` gets its size.
Result<Digest> WritePlanned(const PlannedWrite& write, const BundlePlan& plan, uint64_t* bytes);

// Says what was written: `bytes` in `file`, a bundle that is called as `like` is.
void ReportPlanned(const CommandContext& context, const std::string& file, const Bundle& like,
                   const BundlePlan& plan, uint64_t bytes);

}  // namespace airgap
