// cozy-airgap upgrade check: whether a cluster's version may be raised.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/handoff_options.h"

namespace airgap {
namespace {

int RunUpgradeCheck(const CommandContext& context, const HandoffOptions& options) {
  JsonBuilder document;
  HandoffOutcome outcome = PushAll(context, options, false, document.root().PutObject("push"));
  if (outcome.exit_code == kExitFine) {
    outcome = PreflightAll(context, options, true, document.root().PutObject("preflight"));
  }
  bool is_fine = outcome.exit_code == kExitFine;
  document.root().Put("ok", is_fine);
  if (context.json && outcome.has_report) context.PrintJson(document);
  if (is_fine) context.Print("the version may be raised now");
  return outcome.exit_code;
}

}  // namespace

void AddUpgradeCheck(CLI::App& upgrade, CommandContext& context) {
  auto options = std::make_shared<HandoffOptions>();
  CLI::App* command = upgrade.add_subcommand(
      "check",
      "push what a release needs to the cluster's registry, read all of it back, and only then say"
      " that the version may be raised; stops at the first failure");
  AddHandoffOptions(command, "--registry", options.get());
  command->callback([&context, options] {
    context.run = [&context, options] { return RunUpgradeCheck(context, *options); };
  });
}

}  // namespace airgap
