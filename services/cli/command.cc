#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/version.h"

namespace airgap {

int CommandContext::Fail(const Status& status) const {
  fprintf(stderr, "cozy-airgap: %s\n", status.message().c_str());
  if (json) {
    JsonBuilder document;
    JsonNode error = document.root().PutObject("error");
    error.Put("code", CodeName(status.code()));
    error.Put("message", status.message());
    PrintJson(document);
  }
  return ExitCodeOf(status);
}

void CommandContext::PrintJson(const JsonBuilder& document) const {
  std::string text = document.ToText(true);
  printf("%s\n", text.c_str());
}

void CommandContext::Print(std::string_view line) const {
  if (quiet || json) return;
  printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

int RunCozyAirgap(int argc, char** argv) {
  CommandContext context;
  CLI::App app("Carries a Cozystack release into a place without internet and serves it there.",
               "cozy-airgap");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  std::string output = "table";
  app.add_option("--output", output, "table (for people) or json (for scripts)")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_flag("--quiet", context.quiet, "say nothing but errors");

  CLI::App* bundle = app.add_subcommand("bundle", "make, prove and show bundles");
  CLI::App* recipe = app.add_subcommand("recipe", "say what a bundle carries, in a file");
  CLI::App* image = app.add_subcommand("image", "make and prove appliance images");
  CLI::App* media = app.add_subcommand("media", "look at the media of this machine");
  CLI::App* login = app.add_subcommand("login", "say who may push to serve --push");
  CLI::App* site = app.add_subcommand("site", "a site's own CA and site file");
  CLI::App* upgrade = app.add_subcommand("upgrade", "before a cluster's version is raised");
  CLI::App* mirrors = app.add_subcommand("mirrors", "point nodes at a registry");
  CLI::App* registry = app.add_subcommand("registry", "a registry in the cluster");
  CLI::App* handoff = app.add_subcommand("handoff", "have an appliance hand over to a registry");
  for (CLI::App* group :
       {bundle, recipe, image, media, login, site, mirrors, upgrade, handoff, registry}) {
    group->require_subcommand(1);
    group->fallthrough();
  }
  AddBundleCreate(*bundle, context);
  AddBundleVerify(*bundle, context);
  AddBundleSign(*bundle, context);
  AddBundleRepair(*bundle, context);
  AddBundleInspect(*bundle, context);
  AddRecipe(*recipe, context);
  AddBundleDiff(*bundle, context);
  AddBundleMerge(*bundle, context);
  AddBundleCheckComplete(*bundle, context);
  AddServe(app, context);
  AddNetboot(app, context);
  AddPush(app, context);
  AddPreflight(app, context);
  AddPrune(app, context);
  AddImageBuild(*image, context);
  AddImageVerify(*image, context);
  AddIdentity(app, context);
  AddClock(app, context);
  AddLogin(*login, context);
  AddLoginShell(*login, context);
  AddMediaList(*media, context);
  AddMediaIdentity(*media, context);
  AddSite(*site, context);
  AddSiteInit(*site, context);
  AddSiteSign(*site, context);
  AddSiteConfigs(*site, context);
  AddUpgradeCheck(*upgrade, context);
  AddRegistryRender(*registry, context);
  AddHandoff(*handoff, context);
  AddHandoffReport(*handoff, context);
  AddHandoffCutover(*handoff, context);
  AddMirrorsRender(*mirrors, context);
  AddSupportBundle(app, context);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = app.exit(error);  // prints help, the version or what is wrong
    return code == 0 ? kExitFine : kExitUsage;
  }
  context.json = output == "json";
  return context.run();
}

}  // namespace airgap
