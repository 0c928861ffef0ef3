#include "cli/console_options.h"

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/command_line.h"

namespace airgap {

bool ParseConsoleOptions(int argc, char** argv, ConsoleOptions* options, int* exit_code) {
  CLI::App app("Shows the appliance's status on a terminal.", "airgap-console");
  app.set_version_flag("--version", std::string(kVersion));
  app.add_option("--status-file", options->status_file, "what controld writes")->required();
  app.add_option("--tty", options->tty, "the terminal to draw on")->capture_default_str();
  CLI::Option* answers = app.add_option("--answers", options->answers,
                                        "let people set things, and write what they typed here");
  app.add_option("--wake", options->wake, "pipes that wake the services which read it")
      ->needs(answers);
  app.add_option("--site", options->site, "what the site file says, and what waits to be confirmed")
      ->needs(answers);
  app.add_option("--orders", options->orders, "where to write what people decide")->needs(answers);
  app.add_option("--configured", options->configured,
                 "machines that have fetched their machine config")
      ->needs(answers);
  return ParseCommandLine(&app, argc, argv, exit_code);
}

}  // namespace airgap
