// Takes the password that opens the machine configs of the site file.
#pragma once

#include "console/dialog.h"

namespace airgap {

class UnlockDialog : public Dialog {
 public:
  explicit UnlockDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  bool HidesAnswer() const override { return true; }
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  bool are_locked_ = false;
  bool is_over_ = false;
};

}  // namespace airgap
