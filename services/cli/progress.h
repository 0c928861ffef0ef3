// Progress of long work on standard error: one line that is redrawn with rate and ETA on a
// terminal; nothing when quiet or when standard error is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace airgap {

// "12.3 MiB"
std::string FormatBytes(uint64_t bytes);
// "2 min 05 s"
std::string FormatDuration(uint64_t seconds);

class ProgressLine {
 public:
  ProgressLine(std::string title, bool quiet);
  ~ProgressLine();  // ends the line
  // Redraws at most ten times a second. `detail` may be empty.
  void Update(uint64_t done_bytes, uint64_t total_bytes, std::string_view detail);

 private:
  std::string title_;
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace airgap
