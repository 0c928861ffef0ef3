// cozy-airgap push: everything that bundles hold, to a registry.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "base/limits.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/handoff_options.h"
#include "cli/progress.h"
#include "handoff/probe.h"
#include "handoff/push.h"

namespace airgap {
namespace {

struct PushOptions {
  HandoffOptions handoff;
  bool is_dry_run = false;
  std::string tool_host;
};

std::string Of(size_t done, size_t total, const char* what) {
  return std::to_string(done) + " of " + std::to_string(total) + " " + what;
}

void WriteReport(const PushReport& report, JsonNode root) {
  root.Put("blobsThere", uint64_t{report.blobs_there});
  root.Put("blobsMounted", uint64_t{report.blobs_mounted});
  root.Put("blobsUploaded", uint64_t{report.blobs_uploaded});
  root.Put("uploadedBytes", report.uploaded_bytes);
  root.Put("manifestsThere", uint64_t{report.manifests_there});
  root.Put("manifestsPut", uint64_t{report.manifests_put});
  root.Put("tagsThere", uint64_t{report.tags_there});
  root.Put("tagsPut", uint64_t{report.tags_put});
  root.PutStrings("problems", report.problems);
}

void PrintReport(const CommandContext& context, const PushReport& report) {
  if (report.ok() && report.has_put_nothing()) {
    context.Print("nothing to do: the registry has all of it");
  } else {
    context.Print("blobs      " + std::to_string(report.blobs_uploaded) + " uploaded (" +
                  FormatBytes(report.uploaded_bytes) + "), " +
                  std::to_string(report.blobs_mounted) + " mounted, " +
                  std::to_string(report.blobs_there) + " there before");
    context.Print("manifests  " + std::to_string(report.manifests_put) + " put, " +
                  std::to_string(report.manifests_there) + " there before");
    context.Print("tags       " + std::to_string(report.tags_put) + " put, " +
                  std::to_string(report.tags_there) + " there before");
  }
}

void SayProblem(const std::string& line) { fprintf(stderr, "cozy-airgap: %s\n", line.c_str()); }

}  // namespace

HandoffOutcome PushAll(const CommandContext& context, const HandoffOptions& options,
                       bool is_dry_run, JsonNode root) {
  auto handoff = OpenHandoff(options, true);
  if (!handoff.ok()) return {context.Fail(handoff.status()), false};
  Status sparse = CheckSparse((*handoff)->target, (*handoff)->plan);
  if (!sparse.ok()) return {context.Fail(sparse), false};
  // Two bundles that mean different things by one name: the later one counts.
  for (const std::string& line : (*handoff)->catalog->conflicts())
    context.Print("note       " + line);
  bool quiet = context.quiet || context.json;
  Pusher pusher((*handoff)->target, (*handoff)->catalog.get(), &(*handoff)->plan);
  Result<Missing> missing = [&] {
    ProgressLine line("looking", quiet);
    return pusher.Look(
        [&](const HandoffProgress& now) { line.UpdateCount(now.done_count, now.total_count, ""); });
  }();
  if (!missing.ok()) return {context.Fail(missing.status()), false};
  context.Print("missing    " + missing->Line());
  root.Put("missingBlobs", uint64_t{missing->blobs});
  root.Put("missingBytes", missing->bytes);
  root.Put("missingManifests", uint64_t{missing->manifests});
  if (is_dry_run) return {kExitFine, true};
  PushReport report = [&] {
    ProgressLine line("pushing", quiet);
    return pusher.Push([&](const HandoffProgress& now) {
      line.Update(now.done_bytes, now.total_bytes,
                  Of(now.done_count, now.total_count, "blobs and manifests"));
    });
  }();
  WriteReport(report, root);
  for (const std::string& line : report.problems) SayProblem(line);
  PrintReport(context, report);
  if (report.ok()) return {kExitFine, true};
  SayProblem("not all is pushed; the same command goes on where this stopped");
  return {kExitCouldNot, true};
}

namespace {

// The name of its image.
Result<std::string> PushThisProgram(const PushOptions& options) {
  ASSIGN_OR_RETURN(std::string program,
                   ReadWholeFile(RealEnv(), "/proc/self/exe", limits::probe_program_max_bytes));
  ASSIGN_OR_RETURN(auto opened, OpenTarget(options.handoff, true));
  RETURN_IF_ERROR(PushTool(opened->target, program, options.tool_host, kVersion).status());
  return options.tool_host + "/" + kToolRepository + ":" + kVersion;
}

int RunPush(const CommandContext& context, const PushOptions& options) {
  JsonBuilder document;
  HandoffOutcome outcome = PushAll(context, options.handoff, options.is_dry_run, document.root());
  if (outcome.exit_code == kExitFine && !options.tool_host.empty() && !options.is_dry_run) {
    Result<std::string> tool = PushThisProgram(options);
    if (!tool.ok()) return context.Fail(tool.status());
    document.root().Put("tool", *tool);
    context.Print("tool       " + *tool);
  }
  if (context.json && outcome.has_report) context.PrintJson(document);
  return outcome.exit_code;
}

}  // namespace

void AddPush(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<PushOptions>();
  CLI::App* command = app.add_subcommand(
      "push",
      "push everything that bundles hold to a registry: what is missing there, blobs before"
      " manifests, tags last");
  AddHandoffOptions(command, "--to", &options->handoff);
  command->add_flag("--dry-run", options->is_dry_run, "say what is missing, and change nothing");
  command->add_option("--tool", options->tool_host,
                      "push this program as an image, too, under the name of this upstream"
                      " registry, like ghcr.io: what 'registry render --assets-image' takes");
  command->callback([&context, options] {
    context.run = [&context, options] { return RunPush(context, *options); };
  });
}

}  // namespace airgap
