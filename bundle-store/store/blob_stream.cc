#include "store/blob_stream.h"

#include "base/pieces.h"

namespace airgap {

Status StreamBlob(const Bundle& bundle, size_t blob_number, const ByteSink& sink) {
  RETURN_IF_ERROR(bundle.CheckHeader(blob_number));
  auto read = [&](uint64_t offset, MutableByteSpan out) {
    return bundle.ReadBlob(blob_number, offset, out);
  };
  return ReadPieces(0, bundle.blobs()[blob_number].size_bytes, read, sink);
}

}  // namespace airgap
