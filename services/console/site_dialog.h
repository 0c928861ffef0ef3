// Lets the site file of a volume count that nobody signed: what `media` found is shown, and only
// that very file is confirmed.
#pragma once

#include "console/dialog.h"

namespace airgap {

class SiteDialog : public Dialog {
 public:
  explicit SiteDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override;
  std::string Question() const override;
  Status Answer(std::string_view line) override;

 private:
  const ConsoleFolders folders_;
  std::vector<std::string> lines_;
  std::string digest_;  // SHA-256 in hex of the file that was shown; empty: nothing to confirm
};

}  // namespace airgap
