// cozy-airgap login add | remove | hash: who may push.
#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

#include "base/limits.h"
#include "cli/command.h"
#include "cli/password_prompt.h"
#include "registry/logins.h"

namespace airgap {
namespace {

constexpr unsigned kLoginsMode = 0640;

struct LoginOptions {
  std::string path;
  std::string user;
};

// The file without the user's line; "" when there is no file yet.
Result<std::string> WithoutUser(const LoginOptions& options, bool* was_there) {
  Result<std::string> text = ReadWholeFile(RealEnv(), options.path, limits::logins_file_max_bytes);
  if (!text.ok() && text.status().code() == Code::kNotFound) return std::string();
  if (!text.ok()) return text.status();
  std::string kept;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    bool is_theirs = line.substr(0, options.user.size() + 1) == options.user + ":";
    *was_there |= is_theirs;
    if (!is_theirs) kept += line + "\n";
  }
  return kept;
}

int RunAdd(const CommandContext& context, const LoginOptions& options) {
  bool was_there = false;
  Result<std::string> others = WithoutUser(options, &was_there);
  if (!others.ok()) return context.Fail(others.status());
  Result<std::string> password = ReadPassword("password: ");
  if (!password.ok()) return context.Fail(password.status());
  Result<std::string> line = FormatLogin(options.user, *password);
  if (!line.ok()) return context.Fail(line.status());
  Status written = WriteWholeFile(RealEnv(), options.path, *others + *line + "\n", kLoginsMode);
  if (!written.ok()) return context.Fail(written);
  context.Print(options.user + (was_there ? " has a new password in " : " may push: ") +
                options.path);
  return kExitFine;
}

int RunRemove(const CommandContext& context, const LoginOptions& options) {
  bool was_there = false;
  Result<std::string> others = WithoutUser(options, &was_there);
  if (!others.ok()) return context.Fail(others.status());
  if (!was_there) return context.Fail(NotFound(options.path + " has no user " + options.user));
  Status written = WriteWholeFile(RealEnv(), options.path, *others, kLoginsMode);
  if (!written.ok()) return context.Fail(written);
  context.Print(options.user + " is removed from " + options.path);
  return kExitFine;
}

int RunHash(const CommandContext& context) {
  Result<std::string> password = ReadPassword("password: ");
  if (!password.ok()) return context.Fail(password.status());
  Result<std::string> hash = HashPassword(*password);
  if (!hash.ok()) return context.Fail(hash.status());
  if (context.json) {
    JsonBuilder document;
    document.root().Put("password", *hash);
    context.PrintJson(document);
  }
  context.Print(*hash);
  return kExitFine;
}

}  // namespace

void AddLogin(CLI::App& login, CommandContext& context) {
  auto add = [&](const char* name, const char* about,
                 int (*run)(const CommandContext&, const LoginOptions&)) {
    CLI::App* command = login.add_subcommand(name, about);
    auto options = std::make_shared<LoginOptions>();
    command->add_option("--logins", options->path, "the file of logins")->required();
    command->add_option("--user", options->user, "the user's name")->required();
    command->callback([&context, options, run] {
      context.run = [&context, options, run] { return run(context, *options); };
    });
  };
  add("add", "let a user push; the password is read from standard input", RunAdd);
  add("remove", "take a user out of the file", RunRemove);
  CLI::App* hash = login.add_subcommand(
      "hash", "print what the site file keeps of a password, which is read from standard input");
  hash->callback([&context] { context.run = [&context] { return RunHash(context); }; });
}

}  // namespace airgap
