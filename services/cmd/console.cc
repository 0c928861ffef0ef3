// airgap-console: the status file of controld on a terminal, and what can be set there.
#include <csignal>

#include "cli/console_options.h"
#include "cli/daemon.h"
#include "cli/exit_code.h"
#include "console/front.h"

namespace airgap {
namespace {

int Run(const ConsoleOptions& options) {
  Result<Terminal> terminal = Terminal::Open(options.tty);
  if (!terminal.ok()) return FailProgram("airgap-console", terminal.status());
  ConsoleFolders folders;
  folders.env = RealEnv();
  folders.answers = options.answers;
  folders.wake = options.wake;
  folders.site = options.site;
  folders.status_file = options.status_file;
  folders.tty = options.tty;
  folders.orders = options.orders;
  folders.configured = options.configured;
  ConsoleFront front(std::move(*terminal), folders);
  auto beat = [&] { front.Beat(); };
  auto on_input = [&] {
    front.OnInput();
    if (front.is_over()) raise(SIGTERM);
  };
  RunUntilStopped(beat, beat, {[&] { return front.input_fd(); }, on_input});
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
