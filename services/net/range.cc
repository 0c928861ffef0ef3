// ParseRange of net/http_server.h. https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
#include <algorithm>
#include <charconv>

#include "net/http_server.h"

namespace airgap {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

enum class Number { kNone, kFine, kGarbage };

// A number beyond 2^64 is as good as the largest one.
Number ParseNumber(std::string_view text, uint64_t* value) {
  if (text.empty()) return Number::kNone;
  for (char c : text) {
    if (c < '0' || c > '9') return Number::kGarbage;
  }
  auto result = std::from_chars(text.data(), text.data() + text.size(), *value);
  if (result.ec == std::errc::result_out_of_range) *value = UINT64_MAX;
  return Number::kFine;
}

}  // namespace

RangeOutcome ParseRange(std::string_view header, uint64_t size_bytes, ByteRange* range) {
  header = Trim(header);
  size_t equals = header.find('=');
  if (equals == std::string_view::npos) return RangeOutcome::kWhole;
  std::string unit(Trim(header.substr(0, equals)));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view spec = Trim(header.substr(equals + 1));
  size_t dash = spec.find('-');
  if (unit != "bytes" || dash == std::string_view::npos) return RangeOutcome::kWhole;

  uint64_t first = 0;
  uint64_t last = 0;
  Number has_first = ParseNumber(Trim(spec.substr(0, dash)), &first);
  Number has_last = ParseNumber(Trim(spec.substr(dash + 1)), &last);
  if (has_first == Number::kGarbage || has_last == Number::kGarbage) return RangeOutcome::kWhole;
  if (has_first == Number::kNone && has_last == Number::kNone) return RangeOutcome::kWhole;
  if (has_first == Number::kNone) {  // the last so many bytes
    if (last == 0 || size_bytes == 0) return RangeOutcome::kUnsatisfiable;
    uint64_t length = std::min(last, size_bytes);
    *range = {size_bytes - length, length};
    return RangeOutcome::kPartial;
  }
  if (has_last == Number::kNone) last = UINT64_MAX;
  // A range that ends before it begins is invalid, which may be ignored; the conformance suite of
  // OCI wants it refused like one past the end.
  if (first >= size_bytes || last < first) return RangeOutcome::kUnsatisfiable;
  *range = {first, std::min(last, size_bytes - 1) - first + 1};
  return RangeOutcome::kPartial;
}

}  // namespace airgap
