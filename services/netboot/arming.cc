#include "netboot/arming.h"

#include <algorithm>
#include <charconv>

namespace airgap {
namespace {

constexpr uint64_t kSecondsPerHour = 3600;
constexpr uint64_t kFileMaxBytes = 64;
constexpr std::string_view kBegin = "armed-until ";

}  // namespace

uint64_t ArmedUntil(const DhcpSettings& settings, Env* env, const std::string& path,
                    uint64_t now_s) {
  if (settings.mode == DhcpMode::kOff) return 0;
  uint64_t until = settings.is_armed ? settings.armed_h * kSecondsPerHour : 0;
  Result<std::string> text = ReadWholeFile(env, path, kFileMaxBytes);
  if (text.ok() && text->starts_with(kBegin) && text->ends_with('\n')) {
    uint64_t said = 0;
    const char* end = text->data() + text->size() - 1;
    auto [at, error] = std::from_chars(text->data() + kBegin.size(), end, said);
    if (error == std::errc() && at == end) until = said;
  }
  return std::min(until, now_s + limits::netboot_armed_max_h * kSecondsPerHour);
}

std::string FormatArming(unsigned hours, uint64_t now_s) {
  uint64_t until = hours == 0 ? 0 : now_s + uint64_t{hours} * kSecondsPerHour;
  return std::string(kBegin) + std::to_string(until) + "\n";
}

}  // namespace airgap
