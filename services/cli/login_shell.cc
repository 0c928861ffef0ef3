// cozy-airgap login shell: a root shell at the appliance's console for whoever knows its password.
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "base/env.h"
#include "base/limits.h"
#include "base/password.h"
#include "cli/command.h"
#include "cli/password_prompt.h"

namespace airgap {
namespace {

// Somebody who guesses waits; somebody who went away without an answer gives the console back.
constexpr std::chrono::seconds kWaitAfterWrong(3);
constexpr unsigned kPatienceSeconds = 60;
// TMOUT: seconds that the shell waits for a word.
constexpr const char* kEnvironment[] = {
    "TMOUT=900", "PS1=# ", "HOME=/", "TERM=linux", "PATH=/sbin:/usr/sbin:/bin:/usr/bin", nullptr};

struct ShellOptions {
  std::string hash_file;
  std::vector<std::string> command{"/bin/sh", "-i"};
};

// As a shell expects it: lines, shown, and keys for signals.
void SetTerminal() {
  termios mode{};
  if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
  mode.c_lflag |= ISIG | ICANON | ECHO | ECHOE | IEXTEN;
  mode.c_iflag |= ICRNL;
  mode.c_oflag |= OPOST | ONLCR;
  tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

int RunCommand(const CommandContext& context, const ShellOptions& options) {
  alarm(0);
  std::vector<char*> arguments;
  arguments.reserve(options.command.size() + 1);
  for (const std::string& word : options.command) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  if (chdir("/") == 0) {
    execve(arguments[0], arguments.data(), const_cast<char* const*>(kEnvironment));
  }
  return context.Fail(ErrnoStatus(errno, "cannot start " + options.command[0]));
}

int RunShell(const CommandContext& context, const ShellOptions& options) {
  Result<std::string> text =
      ReadWholeFile(RealEnv(), options.hash_file, limits::logins_file_max_bytes);
  if (!text.ok()) return context.Fail(text.status());
  Result<PasswordHash> hash = PasswordHash::Parse(*text);
  if (!hash.ok()) return context.Fail(hash.status());
  SetTerminal();
  while (true) {
    alarm(kPatienceSeconds);
    Result<std::string> password = ReadPassword("password (Enter alone goes back): ");
    if (!password.ok()) return context.Fail(password.status());
    if (password->empty()) return kExitFine;
    if (password->size() <= limits::password_max_bytes && hash->Fits(*password)) {
      context.Print("exit goes back; so does a quarter of an hour without a word");
      return RunCommand(context, options);
    }
    std::this_thread::sleep_for(kWaitAfterWrong);
    fputs("That is not it.\n", stderr);
  }
}

}  // namespace

void AddLoginShell(CLI::App& login, CommandContext& context) {
  auto options = std::make_shared<ShellOptions>();
  CLI::App* shell = login.add_subcommand(
      "shell", "ask on this terminal for a password, and run a shell if it is the right one");
  shell->add_option("--password-file", options->hash_file, "what 'login hash' printed")->required();
  shell->add_option("COMMAND", options->command, "instead of /bin/sh -i, behind --");
  shell->callback([&context, options] {
    context.run = [&context, options] { return RunShell(context, *options); };
  });
}

}  // namespace airgap
