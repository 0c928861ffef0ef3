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

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b\x08"); }

Result<std::string> Gunzip(std::string_view bytes, size_t max_bytes, std::string_view what) {
  return Inflater().Run(bytes, max_bytes, std::string(what));
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    int value = Base64Value(c);
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++digits % 4 != 0) continue;
    decoded += static_cast<char>(bits >> 16 & 0xff);
    decoded += static_cast<char>(bits >> 8 & 0xff);
    decoded += static_cast<char>(bits & 0xff);
  }
  size_t rest = digits % 4;
  if (rest == 1 || (padding > 0 && (rest + padding) % 4 != 0)) return std::nullopt;
  if (rest >= 2) decoded += static_cast<char>(bits >> (rest == 2 ? 4 : 10) & 0xff);
  if (rest == 3) decoded += static_cast<char>(bits >> 2 & 0xff);
  return decoded;
}

}  // namespace airgap
