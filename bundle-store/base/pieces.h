// A long stretch of bytes, piece by piece.
#pragma once

#include <cstdint>
#include <functional>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// Reads `size_bytes` from `offset_bytes` on by `read(offset, out)`, in order and in pieces of at
// most limits::io_buffer_bytes, and gives each to `take`, which may change it. The first error of
// either ends it.
Status ReadPieces(uint64_t offset_bytes, uint64_t size_bytes,
                  const std::function<Status(uint64_t offset, MutableByteSpan out)>& read,
                  const std::function<Status(MutableByteSpan piece)>& take);

}  // namespace airgap
