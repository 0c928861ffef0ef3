#include "intake/gunzip.h"

#include <zlib.h>

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr size_t kInputStepBytes = 1U << 20;

class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> Run(std::string_view bytes, size_t max_bytes, const std::string& what) {
    if (!ready_) return Status(Code::kIo, "out of memory");
    std::string out;
    std::string buffer(limits::io_buffer_bytes, '\0');
    for (;;) {
      if (stream_.avail_in == 0) Feed(&bytes);
      stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream_.avail_out = static_cast<uInt>(buffer.size());
      int result = inflate(&stream_, Z_NO_FLUSH);
      size_t made = buffer.size() - stream_.avail_out;
      if (made > max_bytes - out.size()) {
        return LimitExceeded(what + " unpacks to more than " + std::to_string(max_bytes) +
                             " bytes");
      }
      out.append(buffer, 0, made);
      if (result == Z_STREAM_END) {
        if (stream_.avail_in == 0) Feed(&bytes);
        if (stream_.avail_in == 0) return out;
        inflateReset(&stream_);  // one more member
        continue;
      }
      if (result != Z_OK || (stream_.avail_in == 0 && bytes.empty() && made == 0)) {
        return Corrupt(what + " is no whole gzip file");
      }
    }
  }

 private:
  void Feed(std::string_view* bytes) {
    size_t step = std::min(bytes->size(), kInputStepBytes);
    // zlib's interface predates const; it only reads.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
    stream_.avail_in = static_cast<uInt>(step);
    bytes->remove_prefix(step);
  }

  z_stream stream_{};
  bool ready_ = false;
};

}  // namespace

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b\x08"); }

Result<std::string> Gunzip(std::string_view bytes, size_t max_bytes, std::string_view what) {
  return Inflater().Run(bytes, max_bytes, std::string(what));
}

}  // namespace airgap
