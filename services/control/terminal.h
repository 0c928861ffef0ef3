// Shows lines on a terminal, be it a screen or a serial line that somebody logs.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

class Terminal {
 public:
  // A screen (tty1, a terminal emulator) is drawn over in place; a serial line (ttyS0, or what is
  // no terminal at all) gets a new block of lines, at most two in twice kSerialInterval.
  static Result<Terminal> Open(const std::string& path);

  // Draws when `lines` differ from what is shown. False when the terminal is gone.
  bool Show(const std::vector<std::string>& lines);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kSerialInterval = std::chrono::seconds(5);

  bool Write(const std::string& text);

  UniqueFd fd_;
  bool is_screen_ = false;
  std::vector<std::string> shown_;
  Clock::time_point drawn_{};  // long ago
  Clock::time_point drawn_before_{};
};

}  // namespace airgap
