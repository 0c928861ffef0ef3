#include "cli/command_line.h"

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace airgap {

bool ParseCommandLine(CLI::App* app, int argc, char** argv, int* exit_code) {
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_code = app->exit(error) == 0 ? kExitFine : kExitUsage;
    return false;
  }
  return true;
}

}  // namespace airgap
