#include "console/unlock_dialog.h"

#include <sys/stat.h>

#include "console/answers.h"

namespace airgap {

// That there are some anybody may see, what they are root alone.
UnlockDialog::UnlockDialog(const ConsoleFolders& folders) : folders_(folders) {
  struct stat about = {};
  are_locked_ = stat((folders.site + "/configs-locked").c_str(), &about) == 0;
}

std::vector<std::string> UnlockDialog::Introduction() const {
  if (is_over_) {
    return {"The password is tried now. The problems on the screen say if it is another one."};
  }
  if (!are_locked_) return {"There are no machine configs that wait for a password."};
  return {"The site file holds machine configs, which only their password opens. Until then every",
          "machine that boots over the network is left to its disk."};
}

std::string UnlockDialog::Question() const {
  return are_locked_ && !is_over_ ? "Their password, which is not shown:" : "";
}

Status UnlockDialog::Answer(std::string_view line) {
  RETURN_IF_ERROR(WriteSecretAnswer(folders_, "configs-password", line, "media"));
  is_over_ = true;
  return OkStatus();
}

}  // namespace airgap
