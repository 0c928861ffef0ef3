#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/format_bytes.h"

namespace airgap {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr std::chrono::milliseconds kLineEvery{10'000};

}  // namespace

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
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      last_drawn_(started_) {}

ProgressLine::~ProgressLine() {
  if (drawn_ && terminal_) fputc('\n', stderr);
}

double ProgressLine::ElapsedSeconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

bool ProgressLine::IsTime(bool is_end) {
  if (quiet_) return false;
  auto now = std::chrono::steady_clock::now();
  auto pause = terminal_ ? kRedrawEvery : kLineEvery;
  bool is_first = terminal_ && !drawn_;
  if (!is_first && !(is_end && terminal_) && now - last_drawn_ < pause) return false;
  last_drawn_ = now;
  drawn_ = true;
  return true;
}

void ProgressLine::Draw(std::string_view line) {
  fprintf(stderr, terminal_ ? "\r\033[K%.*s" : "%.*s\n", static_cast<int>(line.size()),
          line.data());
  fflush(stderr);
}

void ProgressLine::Say(std::string_view line) {
  if (!quiet_ && !terminal_) Draw(line);
}

void ProgressLine::Update(uint64_t done_bytes, uint64_t total_bytes, std::string_view detail,
                          uint64_t kept_bytes) {
  if (!IsTime(done_bytes >= total_bytes)) return;
  double elapsed_s = ElapsedSeconds();
  auto came = static_cast<double>(done_bytes - std::min(kept_bytes, done_bytes));
  double rate = elapsed_s > 0 ? came / elapsed_s : 0;
  std::string eta = "-";
  if (rate > 0) {
    eta =
        FormatDuration(static_cast<uint64_t>(static_cast<double>(total_bytes - done_bytes) / rate));
  }
  unsigned percent = total_bytes == 0 ? 100 : static_cast<unsigned>(done_bytes * 100 / total_bytes);
  std::string line = title_ + " " + std::to_string(percent) + "%  " + FormatBytes(done_bytes);
  line += " of " + FormatBytes(total_bytes);
  line += "  " + FormatBytes(static_cast<uint64_t>(rate)) + "/s";
  line += "  ETA " + eta;
  line += "  ";
  line += detail;
  Draw(line);
}

void ProgressLine::UpdateCount(size_t done, size_t total, std::string_view detail) {
  if (!IsTime(done >= total)) return;
  std::string line = title_ + " " + std::to_string(done) + " of " + std::to_string(total);
  line += "  ";
  line += detail;
  Draw(line);
}

}  // namespace airgap
