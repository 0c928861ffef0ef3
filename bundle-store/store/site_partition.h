// The site file as it lies in a partition of an appliance image: FORMAT.md, "The site file in a
// partition". What the text means is not this file's affair.
#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"
#include "store/gpt.h"

namespace airgap {

inline constexpr uint64_t kSitePartitionBytes = uint64_t{1} << 20;
inline constexpr char kSitePartitionName[] = "airgap-site";

// The whole content of the partition. `text` has at most limits::site_file_max_bytes.
std::string EncodeSitePartition(std::string_view text);

// The text in the one site partition of a medium. Errors: kNotFound (no table, or none such),
// kCorrupt (not what was written, or several), kUnsupported (a newer version), or what reading
// gave.
Result<std::string> ReadSitePartition(const ReadableFile& medium);

}  // namespace airgap
