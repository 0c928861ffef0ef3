// The console: the status on a terminal, and the dialogs that its keys open.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "console/dialog.h"
#include "console/terminal.h"

namespace airgap {

class ConsoleFront {
 public:
  // `folders.answers` may be empty: then there are no dialogs.
  ConsoleFront(Terminal terminal, ConsoleFolders folders);

  // Once a second: what is new in the status. A dialog that nobody goes on with ends.
  void Beat();
  // Something may have been typed.
  void OnInput();
  // For poll(); -1 when nobody can type here.
  int input_fd() const;
  // Somebody else has the terminal now.
  bool is_over() const { return is_over_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kPatience = std::chrono::minutes(3);

  std::vector<std::string> Screen() const;
  void Ask(const std::string& problem);
  void Close();

  Terminal terminal_;
  const ConsoleFolders folders_;
  std::unique_ptr<Dialog> dialog_;  // none: the status is shown
  bool is_over_ = false;
  bool has_failed_ = false;  // why is shown; whatever is typed next closes the dialog
  Clock::time_point asked_{};
};

}  // namespace airgap
