// What stands in a request line and a Range header, taken apart.
#include <cstdlib>

#include "net/http_server.h"
#include "net/request_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  using namespace airgap;
  std::string_view text(reinterpret_cast<const char*>(input), size);
  auto path = DecodeRequestPath(text);
  if (path.ok()) {
    std::string closed = *path + "/";
    if (path->find('\0') != std::string::npos || path->find("//") != std::string::npos ||
        closed.find("/../") != std::string::npos || closed.find("/./") != std::string::npos) {
      abort();
    }
  }
  (void)DecodeQuery(text);
  ByteRange range;
  uint64_t body = size * 977;
  if (ParseRange(text, body, &range) == RangeOutcome::kPartial) {
    if (range.length_bytes == 0 || range.offset_bytes >= body ||
        range.length_bytes > body - range.offset_bytes) {
      abort();
    }
  }
  return 0;
}
