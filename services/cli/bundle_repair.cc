// cozy-airgap bundle repair
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/parallel_prover.h"
#include "cli/progress.h"
#include "store/bundle_file.h"
#include "store/repair.h"

namespace airgap {
namespace {

constexpr char kFooter[] =
    R"(Every blob is verified; those that are bad are taken from the other copy, which is
verified before and after. What is whole is not written. The other copy may be of another bundle,
as long as it has the blobs; what stands before the first blob comes only from the same bundle.)";

struct RepairOptions {
  RepairRequest request;
  std::string identity;
};

void WriteJson(const CommandContext& context, bool ok, const std::vector<RepairedBundle>& bundles) {
  JsonBuilder document;
  document.root().Put("ok", ok);
  JsonNode list = document.root().PutArray("bundles");
  for (const RepairedBundle& one : bundles) {
    JsonNode node = list.AddObject();
    node.Put("location", one.location);
    node.Put("identity", one.identity.ToString());
    node.Put("frontRestored", one.front_restored);
    JsonNode repaired = node.PutArray("repaired");
    for (const Digest& digest : one.repaired) repaired.Add(digest.ToString());
    JsonNode unrepaired = node.PutArray("unrepaired");
    for (const Digest& digest : one.unrepaired) unrepaired.Add(digest.ToString());
    node.PutStrings("problems", one.problems);
  }
  context.PrintJson(document);
}

void PrintBundle(const CommandContext& context, const RepairedBundle& one) {
  bool was_whole = one.repaired.empty() && one.problems.empty() && !one.front_restored;
  context.Print(one.location + (was_whole              ? " is whole: nothing to repair"
                                : one.problems.empty() ? " is repaired"
                                                       : " is still DAMAGED"));
  context.Print("identity  " + one.identity.ToString());
  if (one.front_restored) context.Print("restored  what stands around the blobs");
  for (const Digest& digest : one.repaired) context.Print("repaired  blob " + digest.ToString());
}

int RunRepair(const CommandContext& context, RepairOptions& options) {
  if (!options.identity.empty()) {
    Result<Digest> identity = Digest::Parse(options.identity);
    if (!identity.ok()) return context.Fail(identity.status().WithContext("--identity"));
    options.request.identity = *identity;
  }
  Result<BundleFile> file = OpenBundleFile(RealEnv(), options.request.path);
  if (!file.ok()) return context.Fail(file.status());
  Result<std::vector<RepairedBundle>> bundles = [&] {
    ProgressLine line("verifying", context.quiet || context.json);
    return RepairBundles(
        RealEnv(), options.request, ParallelProver(file->split),
        [&](const VerifyProgress& now) { line.Update(now.done_bytes, now.total_bytes, ""); });
  }();
  if (!bundles.ok()) return context.Fail(bundles.status());
  bool ok = true;
  for (const RepairedBundle& one : *bundles) {
    ok = ok && one.problems.empty();
    for (const std::string& problem : one.problems) {
      fprintf(stderr, "cozy-airgap: %s\n", problem.c_str());
    }
    PrintBundle(context, one);
  }
  if (context.json) WriteJson(context, ok, *bundles);
  return ok ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddBundleRepair(CLI::App& bundle, CommandContext& context) {
  CLI::App* repair =
      bundle.add_subcommand("repair", "replace the bad blobs of a bundle from another copy");
  auto options = std::make_shared<RepairOptions>();
  repair->footer(kFooter);
  repair
      ->add_option("FILE", options->request.path,
                   "a bundle, the manifest of a split one, an appliance image or its device")
      ->required();
  repair->add_option("--from", options->request.from, "another copy, of any of these kinds")
      ->required();
  repair->add_option("--identity", options->identity,
                     "sha256:... of what the bundle should be, as on its receipt");
  repair->callback([&context, options] {
    context.run = [&context, options] { return RunRepair(context, *options); };
  });
}

}  // namespace airgap
