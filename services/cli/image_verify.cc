// cozy-airgap image verify: before the journey, whether a written stick is whole.
#include "compose/image_verify.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "cli/command.h"
#include "cli/parallel_prover.h"
#include "cli/progress.h"

namespace airgap {
namespace {

void Print(const CommandContext& context, const std::string& path, const ImageReport& report) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("file", path);
  root.Put("ok", report.ok());
  root.Put("verifiedBytes", report.verified_bytes);
  root.Put("hasList", report.has_list);
  JsonNode bundles = root.PutArray("bundles");
  for (const ListedBundle& bundle : report.bundles) {
    PutBundle(bundles.AddObject(), bundle);
    context.Print("  " + bundle.partition_name + ": bundle " + bundle.name + " " + bundle.version +
                  ", " + bundle.identity.Short() + ", is whole");
  }
  JsonNode problems = root.PutArray("problems");
  for (const std::string& problem : report.problems) {
    problems.Add(problem);
    fprintf(stderr, "cozy-airgap: %s\n", problem.c_str());
  }
  if (report.ok()) {
    context.Print(path + " is whole: " + FormatBytes(report.verified_bytes) + " verified" +
                  (report.has_list ? "" : "; an image without a list: what boots it was not"));
  }
  if (context.json) context.PrintJson(document);
}

int RunImageVerify(const CommandContext& context, const std::string& path) {
  Result<ImageReport> report = [&] {
    ProgressLine line("verifying", context.quiet || context.json);
    return VerifyImage(RealEnv(), path, ParallelProver(nullptr),
                       [&line](const ImageVerifyProgress& progress) {
                         line.Update(progress.done_bytes, progress.total_bytes, "");
                       });
  }();
  if (!report.ok()) return context.Fail(report.status());
  Print(context, path, *report);
  return report->ok() ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddImageVerify(CLI::App& image, CommandContext& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* command = image.add_subcommand(
      "verify", "prove a written stick, or an image: every byte but those of its state");
  command->add_option("MEDIUM", *path, "the device, like /dev/sdb, or the file")->required();
  command->callback([&context, path] {
    context.run = [&context, path] { return RunImageVerify(context, *path); };
  });
}

}  // namespace airgap
