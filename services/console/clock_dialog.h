// Sets the machine's clock.
#pragma once

#include "console/dialog.h"

namespace airgap {

class ClockDialog : public Dialog {
 public:
  explicit ClockDialog(const ConsoleFolders& folders) : folders_(folders) {}

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  bool is_over_ = false;
};

}  // namespace airgap
