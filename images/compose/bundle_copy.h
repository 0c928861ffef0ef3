// Copying one bundle to another place, verified on the way.
#pragma once

#include <cstdint>
#include <functional>

#include "base/env.h"
#include "store/bundle.h"

namespace airgap {

// Bytes of the tar, its end marker included; what stands behind it in a partition is not counted.
// kCorrupt when the end marker is missing: the tar was cut.
Result<uint64_t> TarBytes(const Bundle& bundle);

// Writes the first `tar_bytes` of the bundle to `out` at `offset_bytes`, or shares its blocks where
// the file system can, and checks the same bytes. kCorrupt names the blob whose bytes do not match
// its digest. `checked` gets the number of bytes of each step, in another thread, which is over
// when this returns.
Status CopyBundle(const Bundle& bundle, uint64_t tar_bytes, PendingFile* out, uint64_t offset_bytes,
                  const std::function<void(uint64_t)>& checked);

}  // namespace airgap
