// The binary tables of blobs: where they lie, and which a delta leaves out. ../FORMAT.md "The
// offset table" and "Delta bundles".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/bundle.h"

namespace airgap {

inline constexpr char kOffsetTableName[] = "cozy-airgap/offsets";
inline constexpr char kAbsentTableName[] = "cozy-airgap/absent";
inline constexpr size_t kOffsetTableHeaderBytes = 64;
inline constexpr size_t kOffsetTableRecordBytes = 64;

// `blobs` sorted by digest, each once.
std::string EncodeOffsetTable(const std::vector<BlobEntry>& blobs);
// kCorrupt: wrong magic, length, digest, order, or a record outside [0, bundle_size).
Result<std::vector<BlobEntry>> DecodeOffsetTable(std::string_view table, uint64_t bundle_size,
                                                 std::string_view what);

// What a delta leaves out: the same bytes with every offset zero.
std::string EncodeAbsentTable(std::vector<BlobEntry> blobs);
Result<std::vector<BlobEntry>> DecodeAbsentTable(std::string_view table, std::string_view what);

}  // namespace airgap
