// What every command of cozy-airgap shares: global options, exit codes, output.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/status.h"
#include "cli/exit_code.h"

namespace CLI {
class App;
}

namespace airgap {

struct CommandContext {
  bool json = false;         // --output json: one JSON document on standard output, errors too
  bool quiet = false;        // --quiet: no progress, no table; errors stay
  std::function<int()> run;  // set by the chosen command

  // Prints "cozy-airgap: <message>" to standard error (and {"error":...} to standard output with
  // --output json), and gives the exit code.
  int Fail(const Status& status) const;
  // For standard output.
  void PrintJson(const JsonBuilder& document) const;
  void Print(std::string_view line) const;  // nothing with --quiet or json
};

// Each adds its command to `app`; its callback sets `context.run`.
void AddBundleCreate(CLI::App& bundle, CommandContext& context);
void AddBundleVerify(CLI::App& bundle, CommandContext& context);
void AddBundleSign(CLI::App& bundle, CommandContext& context);
void AddBundleRepair(CLI::App& bundle, CommandContext& context);
void AddBundleInspect(CLI::App& bundle, CommandContext& context);
// `recipe` is the group of the commands check and from-list.
void AddRecipe(CLI::App& recipe, CommandContext& context);
void AddBundleDiff(CLI::App& bundle, CommandContext& context);
void AddBundleMerge(CLI::App& bundle, CommandContext& context);
void AddBundleCheckComplete(CLI::App& bundle, CommandContext& context);
void AddServe(CLI::App& app, CommandContext& context);
void AddNetboot(CLI::App& app, CommandContext& context);
void AddPush(CLI::App& app, CommandContext& context);
void AddPreflight(CLI::App& app, CommandContext& context);
void AddPrune(CLI::App& app, CommandContext& context);
void AddImageBuild(CLI::App& image, CommandContext& context);
void AddImageVerify(CLI::App& image, CommandContext& context);
void AddClock(CLI::App& app, CommandContext& context);
void AddIdentity(CLI::App& app, CommandContext& context);
// `login`, `media` and `site` are groups of commands.
void AddLogin(CLI::App& login, CommandContext& context);
void AddLoginShell(CLI::App& login, CommandContext& context);
void AddMediaList(CLI::App& media, CommandContext& context);
void AddMediaIdentity(CLI::App& media, CommandContext& context);
void AddSite(CLI::App& site, CommandContext& context);
void AddSiteConfigs(CLI::App& site, CommandContext& context);
void AddSiteSign(CLI::App& site, CommandContext& context);
void AddSiteInit(CLI::App& site, CommandContext& context);
// `upgrade` is a group of commands, as is
void AddUpgradeCheck(CLI::App& upgrade, CommandContext& context);
// `registry` and `handoff` as well.
void AddRegistryRender(CLI::App& registry, CommandContext& context);
void AddHandoff(CLI::App& handoff, CommandContext& context);
void AddHandoffReport(CLI::App& handoff, CommandContext& context);
void AddHandoffCutover(CLI::App& handoff, CommandContext& context);
void AddMirrorsRender(CLI::App& mirrors, CommandContext& context);
void AddSupportBundle(CLI::App& app, CommandContext& context);

// The whole program; returns its exit code.
int RunCozyAirgap(int argc, char** argv);

}  // namespace airgap
