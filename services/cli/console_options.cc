#include "cli/console_options.h"

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/exit_code.h"

namespace airgap {

bool ParseConsoleOptions(int argc, char** argv, ConsoleOptions* options, int* exit_code) {
  CLI::App app("Shows the appliance's status on a terminal.", "airgap-console");
  app.set_version_flag("--version", std::string(kVersion));
  app.add_option("--status-file", options->status_file, "what controld writes")->required();
  app.add_option("--tty", options->tty, "the terminal to draw on")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error) == 0 ? kExitFine : kExitUsage;
    return false;
  }
  return true;
}

}  // namespace airgap
