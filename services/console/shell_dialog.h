// Leaves the terminal to a root shell, which asks for the password of the site file.
#pragma once

#include "console/dialog.h"

namespace airgap {

class ShellDialog : public Dialog {
 public:
  explicit ShellDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  Status Answer(std::string_view line) override;
  bool LeavesTerminal() const override { return is_over_; }

 private:
  const ConsoleFolders folders_;
  bool has_password_ = false;
  bool is_over_ = false;
};

}  // namespace airgap
