// cozy-airgap support-bundle: what helps people who were not there, from a running appliance.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "cli/appliance_client.h"
#include "cli/command.h"

namespace airgap {
namespace {

constexpr unsigned kMode = 0600;

struct SupportOptions {
  ApplianceOptions appliance;
  std::string file;
};

Result<std::string> Fetch(const ApplianceOptions& options) {
  ASSIGN_OR_RETURN(auto appliance, ApplianceClient::Open(options));
  return appliance->Ask("GET", "/api/v1/support-bundle", limits::support_bundle_max_bytes);
}

int RunSupportBundle(const CommandContext& context, const SupportOptions& options) {
  Result<std::string> tar = Fetch(options.appliance);
  if (!tar.ok()) return context.Fail(tar.status());
  Status written = WriteWholeFile(RealEnv(), options.file, *tar, kMode);
  if (!written.ok()) return context.Fail(written);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", options.file);
    document.root().Put("bytes", uint64_t{tar->size()});
    context.PrintJson(document);
  }
  context.Print(options.file + ": logs, status and hardware of " + options.appliance.address +
                ", no keys and no logins");
  return kExitFine;
}

}  // namespace

void AddSupportBundle(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand(
      "support-bundle", "fetch logs, status and hardware of a running appliance, for a report");
  auto options = std::make_shared<SupportOptions>();
  command->add_option("APPLIANCE", options->appliance.address, "its address, as on its console")
      ->required();
  options->appliance.AddTrustTo(command);
  command->add_option("--file", options->file, "the tar to write")->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunSupportBundle(context, *options); };
  });
}

}  // namespace airgap
