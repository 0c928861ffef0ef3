// gzip, unpacked into memory. zlib does it; no other file of the project includes zlib.h.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

bool IsGzip(std::string_view bytes);

// Every member of a gzip file, at most `max_bytes` in all (kLimitExceeded). kCorrupt when it is
// damaged or cut off. `what` names it in errors.
Result<std::string> Gunzip(std::string_view bytes, size_t max_bytes, std::string_view what);

}  // namespace airgap
