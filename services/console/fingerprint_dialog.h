// Shows the fingerprint of the CA as a QR code: 64 hexadecimal digits that nobody has to type.
#pragma once

#include "console/dialog.h"

namespace airgap {

class FingerprintDialog : public Dialog {
 public:
  explicit FingerprintDialog(const ConsoleFolders& folders);

  std::vector<std::string> Introduction() const override { return lines_; }
  std::vector<std::string> Picture() const override { return picture_; }
  std::string Question() const override { return ""; }
  Status Answer(std::string_view) override { return OkStatus(); }

 private:
  std::vector<std::string> lines_;
  std::vector<std::string> picture_;
};

}  // namespace airgap
