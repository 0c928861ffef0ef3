// The command line of airgap-console.
#pragma once

#include <string>

namespace airgap {

struct ConsoleOptions {
  std::string status_file;  // what controld writes
  std::string tty = "/dev/stdout";
  // Of ConsoleFolders (console/dialog.h).
  std::string answers;
  std::string wake;
  std::string site;
  std::string orders;
  std::string configured;
};

// False: nothing is left to do (help, version, or usage told on stderr) but to end with *exit_code.
bool ParseConsoleOptions(int argc, char** argv, ConsoleOptions* options, int* exit_code);

}  // namespace airgap
