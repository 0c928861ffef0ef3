// What stands before the first blob of a bundle, restored from another copy of the same bundle.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/bundle_file.h"

namespace airgap {

// Where the first blob's tar header stands, and where the two zero blocks that end the tar do.
// kCorrupt: the blobs overlap each other or the front, which no bundle's do.
struct BundleShape {
  uint64_t front_bytes = 0;
  uint64_t end_offset_bytes = 0;
};
Result<BundleShape> ShapeOf(const Bundle& bundle);

// Whether everything before the first blob can be read as it should.
Status CheckFront(const Bundle& bundle);

// The bundle among `sources` whose blobs stand in [extent) of `file` where its table says, as far
// as their tar headers can be read at all; with `identity`, only a bundle of that identity. Null
// when there is none.
std::shared_ptr<Bundle> FindSameBundle(const std::vector<std::shared_ptr<Bundle>>& sources,
                                       const ReadableFile& file, const BundleExtent& extent,
                                       const std::optional<Digest>& identity);

// Writes the front of `source`, and its end where `file` is too short, and syncs. Signatures that
// can be read in `file` stay.
Status RestoreFront(const Bundle& source, const ReadableFile& file, const BundleExtent& extent,
                    WritableFile* out);

}  // namespace airgap
