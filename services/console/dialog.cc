#include "console/dialog.h"

#include "console/address_dialog.h"
#include "console/clock_dialog.h"
#include "console/fingerprint_dialog.h"
#include "console/handoff_dialog.h"
#include "console/netboot_dialog.h"
#include "console/reset_dialog.h"
#include "console/shell_dialog.h"
#include "console/site_dialog.h"
#include "console/unlock_dialog.h"

namespace airgap {

std::unique_ptr<Dialog> OpenDialog(char key, const ConsoleFolders& folders) {
  switch (key) {
    case 'a':
      return std::make_unique<AddressDialog>(folders);
    case 'c':
      return std::make_unique<ClockDialog>(folders);
    case 'h':
      return std::make_unique<HandoffDialog>(folders);
    case 'l':
      return std::make_unique<ShellDialog>(folders);
    case 'n':
      return std::make_unique<NetbootDialog>(folders);
    case 'q':
      return std::make_unique<FingerprintDialog>(folders);
    case 'r':
      return std::make_unique<ResetDialog>(folders);
    case 's':
      return std::make_unique<SiteDialog>(folders);
    case 'u':
      return std::make_unique<UnlockDialog>(folders);
    default:
      return nullptr;
  }
}

}  // namespace airgap
