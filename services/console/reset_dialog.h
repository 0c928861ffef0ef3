// Has a machine that boots from its disk since it fetched its machine config start over.
#pragma once

#include <string>
#include <vector>

#include "console/dialog.h"

namespace airgap {

class ResetDialog : public Dialog {
 public:
  explicit ResetDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  // The number of a machine that is shown, or a MAC address.
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  const std::vector<std::string> machines_;
  std::string outcome_;
};

}  // namespace airgap
