#include "console/shell_dialog.h"

#include <sys/stat.h>

#include "console/answers.h"

namespace airgap {

// That there is one anybody may see, what it is root alone.
ShellDialog::ShellDialog(const ConsoleFolders& folders) : folders_(folders) {
  struct stat about = {};
  has_password_ = stat((folders.site + "/console-password").c_str(), &about) == 0;
}

std::vector<std::string> ShellDialog::Introduction() const {
  if (!has_password_) {
    return {"Nobody logs in here: the site file has no console.password. What an appliance knows",
            "about itself is in its support bundle, which needs no login."};
  }
  return {"A root shell, for whoever knows the password of the site file. Services can be broken",
          "there; the console comes back when it ends."};
}

std::string ShellDialog::Question() const {
  return has_password_ && !is_over_ ? "Type shell to be asked for the password:" : "";
}

Status ShellDialog::Answer(std::string_view line) {
  if (line != "shell") return InvalidArgument("type the word shell");
  // The console's service, which has the rights for it, looks for this when it starts again.
  RETURN_IF_ERROR(WriteAnswer(folders_, "shell-" + BaseName(folders_.tty), "", ""));
  is_over_ = true;
  return OkStatus();
}

}  // namespace airgap
