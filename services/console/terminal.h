// Shows lines on a terminal, be it a screen or a serial line that somebody logs, and reads what is
// typed there.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
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

  // Keys come one by one and are not shown.
  void ExpectKeys();
  // Shows `lines` and a place to type behind them: whole lines come, edited and, unless they are
  // secret, shown by the kernel.
  void Ask(const std::vector<std::string>& lines, bool is_secret = false);

  // Whether anything can be typed here at all.
  bool has_keys() const { return has_keys_; }
  // For poll(); -1 without keys.
  int fd() const { return has_keys_ ? fd_.get() : -1; }
  // A key, or after Ask() a line without its end; does not wait. Longer lines are cut.
  std::optional<std::string> Read();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kSerialInterval = std::chrono::seconds(5);

  bool Draw(const std::vector<std::string>& lines, std::string_view end);
  bool Write(const std::string& text);
  void SetMode(bool is_for_lines, bool shows_input);

  UniqueFd fd_;
  bool is_screen_ = false;
  bool has_keys_ = false;
  std::vector<std::string> shown_;
  Clock::time_point drawn_{};  // long ago
  Clock::time_point drawn_before_{};
};

}  // namespace airgap
