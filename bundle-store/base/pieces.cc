#include "base/pieces.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"

namespace airgap {

Status ReadPieces(uint64_t offset_bytes, uint64_t size_bytes,
                  const std::function<Status(uint64_t offset, MutableByteSpan out)>& read,
                  const std::function<Status(MutableByteSpan piece)>& take) {
  std::vector<uint8_t> buffer(std::min(limits::io_buffer_bytes, size_bytes));
  for (uint64_t done = 0; done < size_bytes;) {
    MutableByteSpan piece(buffer.data(), std::min<uint64_t>(buffer.size(), size_bytes - done));
    RETURN_IF_ERROR(read(offset_bytes + done, piece));
    RETURN_IF_ERROR(take(piece));
    done += piece.size();
  }
  return OkStatus();
}

}  // namespace airgap
