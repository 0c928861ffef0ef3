#include "store/blob_stream.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {

Status StreamBlob(const Bundle& bundle, size_t blob_number, const ByteSink& sink) {
  RETURN_IF_ERROR(bundle.CheckHeader(blob_number));
  uint64_t size = bundle.blobs()[blob_number].size_bytes;
  std::vector<uint8_t> buffer(std::min(limits::io_buffer_bytes, size));
  for (uint64_t done = 0; done < size;) {
    MutableByteSpan part(buffer.data(), std::min<uint64_t>(buffer.size(), size - done));
    RETURN_IF_ERROR(bundle.ReadBlob(blob_number, done, part));
    RETURN_IF_ERROR(sink(part));
    done += part.size();
  }
  return OkStatus();
}

}  // namespace airgap
