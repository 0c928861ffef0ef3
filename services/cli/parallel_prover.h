// Proves the blobs of a bundle on all processors: what `bundle verify` and `bundle repair` give to
// VerifyBundle(). A split bundle's parts are proven on the way, so that each byte is read once.
#pragma once

#include "store/split_file.h"
#include "store/verify.h"

namespace airgap {

// `split`: the parts that the bundle lies in, or null.
BlobProver ParallelProver(std::shared_ptr<const SplitFile> split);

}  // namespace airgap
