// airgap-console: the status file of controld on a terminal.
#include "base/limits.h"
#include "cli/console_options.h"
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

int Run(const ConsoleOptions& options) {
  Result<Terminal> terminal = Terminal::Open(options.tty);
  if (!terminal.ok()) return FailProgram("airgap-console", terminal.status());
  auto show = [&] { terminal->Show(Screen(options.status_file)); };
  RunUntilStopped(show, show);
  return kExitFine;
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) {
  airgap::BlockSignals();
  airgap::ConsoleOptions options;
  int exit_code = 0;
  if (!airgap::ParseConsoleOptions(argc, argv, &options, &exit_code)) return exit_code;
  return airgap::Run(options);
}
