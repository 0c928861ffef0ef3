// Arms netboot for some hours, or ends it.
#pragma once

#include "console/dialog.h"

namespace airgap {

class NetbootDialog : public Dialog {
 public:
  explicit NetbootDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  bool is_off_ = false;  // for good
  std::string outcome_;
};

}  // namespace airgap
