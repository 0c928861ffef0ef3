// Gives a blob of an open bundle to whoever writes it elsewhere.
#pragma once

#include "store/bundle.h"
#include "store/bundle_plan.h"

namespace airgap {

// The whole blob in order, its tar header checked first. Its digest is the taker's to verify.
Status StreamBlob(const Bundle& bundle, size_t blob_number, const ByteSink& sink);

}  // namespace airgap
