// cozy-airgap preflight: whether a registry has everything that bundles hold.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "cli/command.h"
#include "cli/handoff_options.h"
#include "cli/progress.h"
#include "handoff/preflight.h"

namespace airgap {
namespace {

struct PreflightOptions {
  HandoffOptions handoff;
  bool is_deep = false;
};

int RunPreflight(const CommandContext& context, const PreflightOptions& options) {
  JsonBuilder document;
  HandoffOutcome outcome = PreflightAll(context, options.handoff, options.is_deep, document.root());
  if (context.json && outcome.has_report) context.PrintJson(document);
  return outcome.exit_code;
}

}  // namespace

HandoffOutcome PreflightAll(const CommandContext& context, const HandoffOptions& options,
                            bool is_deep, JsonNode root) {
  auto handoff = OpenHandoff(options, false);
  if (!handoff.ok()) return {context.Fail(handoff.status()), false};
  PreflightReport report = [&] {
    ProgressLine line("checking", context.quiet || context.json);
    return Preflight((*handoff)->target, &(*handoff)->plan, is_deep)
        .Run([&](const HandoffProgress& now) {
          if (is_deep) {
            line.Update(now.done_bytes, now.total_bytes,
                        std::to_string(now.done_count) + " of " + std::to_string(now.total_count));
          } else {
            line.UpdateCount(now.done_count, now.total_count, "");
          }
        });
  }();
  for (const std::string& line : report.problems) {
    fprintf(stderr, "cozy-airgap: %s\n", line.c_str());
  }
  root.Put("ok", report.ok());
  root.Put("tags", uint64_t{report.tags_count});
  root.Put("manifests", uint64_t{report.manifests_count});
  root.Put("blobs", uint64_t{report.blobs_count});
  root.Put("hashedBytes", report.hashed_bytes);
  JsonNode problems = root.PutArray("problems");
  problems.AddEach(report.problems);
  context.Print("there      " + std::to_string(report.tags_count) + " tags, " +
                std::to_string(report.manifests_count) + " manifests, " +
                std::to_string(report.blobs_count) + " blobs");
  if (is_deep) context.Print("hashed     " + FormatBytes(report.hashed_bytes) + " of blobs");
  context.Print(report.ok() ? "the registry has all of it"
                            : "problems   " + std::to_string(report.problems.size()));
  return {report.ok() ? kExitFine : kExitCheckFailed, true};
}

void AddPreflight(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<PreflightOptions>();
  CLI::App* command = app.add_subcommand(
      "preflight",
      "check that a registry has everything that bundles hold, before a cluster depends on it;"
      " nothing is changed");
  AddHandoffOptions(command, "--registry", &options->handoff);
  command->add_flag("--deep", options->is_deep, "read and hash every blob: asking is no proof");
  command->callback([&context, options] {
    context.run = [&context, options] { return RunPreflight(context, *options); };
  });
}

}  // namespace airgap
