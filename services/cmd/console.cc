// airgap-console: the status file of controld on a terminal.
#include <CLI/CLI.hpp>

#include "base/limits.h"
#include "base/version.h"
#include "cli/daemon.h"
#include "cli/exit_code.h"
#include "control/screen.h"
#include "control/terminal.h"

namespace airgap {
namespace {

std::vector<std::string> Screen(const std::string& status_file) {
  Result<std::string> text = ReadWholeFile(RealEnv(), status_file, limits::json_default_max_bytes);
  if (!text.ok()) return FormatWaitingScreen("starting");
  Result<std::vector<std::string>> lines = FormatScreen(*text);
  return lines.ok() ? *lines : FormatWaitingScreen(lines.status().message());
}

int Run(const std::string& status_file, const std::string& tty) {
  Result<Terminal> terminal = Terminal::Open(tty);
  if (!terminal.ok()) return FailProgram("airgap-console", terminal.status());
  auto show = [&] { terminal->Show(Screen(status_file)); };
  RunUntilStopped(show, show);
  return kExitFine;
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) {
  airgap::BlockSignals();
  CLI::App app("Shows the appliance's status on a terminal.", "airgap-console");
  app.set_version_flag("--version", std::string(airgap::kVersion));
  std::string status_file;
  std::string tty = "/dev/stdout";
  app.add_option("--status-file", status_file, "what controld writes")->required();
  app.add_option("--tty", tty, "the terminal to draw on")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? airgap::kExitFine : airgap::kExitUsage;
  }
  return airgap::Run(status_file, tty);
}
