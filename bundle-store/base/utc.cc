#include "base/utc.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace airgap {
namespace {

constexpr std::string_view kShape = "0000-00-00T00:00:00";
constexpr size_t kOffsetCharacters = 6;  // "+02:00"
constexpr int kTmFirstYear = 1900;
constexpr int kSecondsPerMinute = 60;
constexpr int kMinutesPerHour = 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int NumberAt(std::string_view text, size_t at, size_t digits) {
  int number = 0;
  std::from_chars(text.data() + at, text.data() + at + digits, number);
  return number;
}

bool HasShape(std::string_view text, std::string_view shape) {
  if (text.size() < shape.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '0' ? !IsDigit(text[i]) : text[i] != shape[i]) return false;
  }
  return true;
}

// Minutes east of UTC; nothing for what is no offset.
std::optional<int> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != kOffsetCharacters || !HasShape(text.substr(1), "00:00")) return std::nullopt;
  int minutes = NumberAt(text, 1, 2) * kMinutesPerHour + NumberAt(text, 4, 2);
  if (text[0] == '+') return minutes;
  if (text[0] == '-') return -minutes;
  return std::nullopt;
}

}  // namespace

std::string FormatUtc(int64_t unix_s) {
  tm broken{};
  auto seconds = static_cast<time_t>(unix_s);
  if (gmtime_r(&seconds, &broken) == nullptr) return "";
  char text[32];
  size_t size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken);
  return size == kShape.size() + 1 ? std::string(text, size) : "";
}

std::optional<int64_t> ParseUtc(std::string_view text) {
  if (!HasShape(text, kShape)) return std::nullopt;
  std::string_view rest = text.substr(kShape.size());
  if (rest.starts_with('.')) {
    size_t digits = 1;
    while (digits < rest.size() && IsDigit(rest[digits])) ++digits;
    if (digits == 1) return std::nullopt;
    rest.remove_prefix(digits);
  }
  std::optional<int> offset_minutes = ParseOffset(rest);
  if (!offset_minutes) return std::nullopt;
  tm broken{};
  broken.tm_year = NumberAt(text, 0, 4) - kTmFirstYear;
  broken.tm_mon = NumberAt(text, 5, 2) - 1;
  broken.tm_mday = NumberAt(text, 8, 2);
  broken.tm_hour = NumberAt(text, 11, 2);
  broken.tm_min = NumberAt(text, 14, 2);
  broken.tm_sec = NumberAt(text, 17, 2);
  tm normal = broken;
  int64_t unix_s = timegm(&normal);
  // A day or an hour that does not exist would have become another one; a leap second may.
  if (normal.tm_mday != broken.tm_mday && broken.tm_sec < kSecondsPerMinute) return std::nullopt;
  if (broken.tm_hour > 23 || broken.tm_min > 59 || broken.tm_sec > kSecondsPerMinute ||
      broken.tm_mon < 0 || broken.tm_mon > 11 || broken.tm_mday < 1) {
    return std::nullopt;
  }
  return unix_s - int64_t{*offset_minutes} * kSecondsPerMinute;
}

}  // namespace airgap
