#include "cli/password_prompt.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace airgap {

Result<std::string> ReadPassword(const std::string& prompt) {
  termios shown{};
  bool is_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
  if (is_terminal) {
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    fputs(prompt.c_str(), stderr);
  }
  std::string password;
  bool is_read = static_cast<bool>(std::getline(std::cin, password));
  if (is_terminal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    fputs("\n", stderr);
  }
  if (!is_read) return InvalidArgument("no password on standard input");
  return password;
}

}  // namespace airgap
