#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>

namespace airgap {

std::string FormatBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < sizeof kUnits / sizeof kUnits[0]) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::string FormatDuration(uint64_t seconds) {
  char text[64];
  auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  if (seconds < 60) {
    snprintf(text, sizeof text, "%llu s", number(seconds));
  } else if (seconds < 3600) {
    snprintf(text, sizeof text, "%llu min %02llu s", number(seconds / 60), number(seconds % 60));
  } else {
    snprintf(text, sizeof text, "%llu h %02llu min", number(seconds / 3600),
             number(seconds / 60 % 60));
  }
  return text;
}

ProgressLine::ProgressLine(std::string title, bool quiet)
    : title_(std::move(title)),
      enabled_(!quiet && isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (drawn_) fputc('\n', stderr);
}

void ProgressLine::Update(uint64_t done_bytes, uint64_t total_bytes, std::string_view detail) {
  if (!enabled_) return;
  auto now = std::chrono::steady_clock::now();
  if (drawn_ && done_bytes < total_bytes && now - last_drawn_ < std::chrono::milliseconds(100)) {
    return;
  }
  last_drawn_ = now;
  drawn_ = true;
  double elapsed_s = std::chrono::duration<double>(now - started_).count();
  double rate = elapsed_s > 0 ? static_cast<double>(done_bytes) / elapsed_s : 0;
  std::string eta = "-";
  if (rate > 0) {
    eta =
        FormatDuration(static_cast<uint64_t>(static_cast<double>(total_bytes - done_bytes) / rate));
  }
  unsigned percent = total_bytes == 0 ? 100 : static_cast<unsigned>(done_bytes * 100 / total_bytes);
  fprintf(stderr, "\r\033[K%s %3u%%  %s of %s  %s/s  ETA %s  %.*s", title_.c_str(), percent,
          FormatBytes(done_bytes).c_str(), FormatBytes(total_bytes).c_str(),
          FormatBytes(static_cast<uint64_t>(rate)).c_str(), eta.c_str(),
          static_cast<int>(detail.size()), detail.data());
  fflush(stderr);
}

}  // namespace airgap
