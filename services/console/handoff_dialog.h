// Plans the handoff, starts it, retires the appliance or rolls back.
#pragma once

#include <string>
#include <vector>

#include "console/dialog.h"

namespace airgap {

class HandoffDialog : public Dialog {
 public:
  explicit HandoffDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  // start, retire or rollback.
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  std::vector<std::string> lines_;
  bool is_offered_ = false;
  std::string outcome_;
};

}  // namespace airgap
