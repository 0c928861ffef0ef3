// Progress of long work on standard error: one line that is redrawn with rate and ETA on a
// terminal. Where standard error is no terminal, whole lines: for each step that is told, and of
// the progress now and then. Nothing when quiet.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace airgap {

// "2 min 05 s"
std::string FormatDuration(uint64_t seconds);

class ProgressLine {
 public:
  ProgressLine(std::string title, bool quiet);
  ~ProgressLine();  // ends the line
  // Redraws at most ten times a second. `detail` may be empty. `kept_bytes` of `done_bytes` cost
  // no time: they were there before.
  void Update(uint64_t done_bytes, uint64_t total_bytes, std::string_view detail,
              uint64_t kept_bytes = 0);
  // The same for work that is counted, not weighed.
  void UpdateCount(size_t done, size_t total, std::string_view detail);
  // A line of its own where standard error is no terminal.
  void Say(std::string_view line);

 private:
  bool IsTime(bool is_end);
  void Draw(std::string_view line);
  double ElapsedSeconds() const;

  std::string title_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace airgap
