// Gives an adapter an address, until power-off: in place of what the site file says.
#pragma once

#include <string>
#include <vector>

#include "console/dialog.h"

namespace airgap {

class AddressDialog : public Dialog {
 public:
  explicit AddressDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  Status Answer(std::string_view line) override;

 private:
  enum class Step { kAdapter, kAddress, kRouter, kDns, kOver };

  Status TakeAdapter(std::string_view line);
  // The key network.NAME of a site file, if the whole is still right with it.
  Status TakeKey(const std::string& name, std::string_view line);
  Status Finish();

  const ConsoleFolders folders_;
  std::vector<std::string> adapters_;
  Step step_ = Step::kAdapter;
  std::string yaml_;
};

}  // namespace airgap
