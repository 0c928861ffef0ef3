// cozy-airgap bundle verify
#include "store/verify.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/progress.h"

namespace airgap {
namespace {

struct Verified {
  std::shared_ptr<Bundle> bundle;
  VerifyReport report;
};

std::vector<Verified> VerifyAll(const std::vector<std::shared_ptr<Bundle>>& bundles, bool quiet) {
  std::vector<Verified> verified;
  for (const std::shared_ptr<Bundle>& bundle : bundles) {
    ProgressLine line("verifying", quiet);
    VerifyReport report = VerifyBundle(*bundle, nullptr, [&](const VerifyProgress& now) {
      line.Update(now.done_bytes, now.total_bytes,
                  std::to_string(now.done_blobs) + " of " + std::to_string(bundle->blobs().size()) +
                      " blobs");
    });
    verified.push_back({bundle, std::move(report)});
  }
  return verified;
}

void WriteJson(const CommandContext& context, bool ok, const std::vector<Verified>& verified,
               const std::vector<Status>& unopened) {
  JsonBuilder document;
  document.root().Put("ok", ok);
  JsonNode bundles = document.root().PutArray("bundles");
  for (const Verified& one : verified) {
    JsonNode node = bundles.AddObject();
    node.Put("ok", one.report.ok());
    node.Put("location", one.bundle->location());
    node.Put("name", one.bundle->name());
    node.Put("version", one.bundle->version());
    node.Put("identity", one.bundle->identity().ToString());
    node.Put("blobs", uint64_t{one.bundle->blobs().size()});
    node.Put("verifiedBlobs", uint64_t{one.report.verified_blobs});
    node.Put("verifiedBytes", one.report.verified_bytes);
    JsonNode corrupt = node.PutArray("corrupt");
    for (const Digest& digest : one.report.corrupt) corrupt.Add(digest.ToString());
    JsonNode problems = node.PutArray("problems");
    for (const std::string& problem : one.report.problems) problems.Add(problem);
  }
  JsonNode problems = document.root().PutArray("unopened");
  for (const Status& status : unopened) problems.Add(status.message());
  context.PrintJson(document);
}

void WriteLines(const CommandContext& context, const std::vector<Verified>& verified,
                const std::vector<Status>& unopened) {
  for (const Status& status : unopened) (void)context.Fail(status);
  for (const Verified& one : verified) {
    const VerifyReport& report = one.report;
    for (const std::string& problem : report.problems) {
      (void)context.Fail(Corrupt(problem));
    }
    context.Print(one.bundle->location() + ": " + one.bundle->name() + " " + one.bundle->version() +
                  (report.ok() ? " is whole" : " is DAMAGED"));
    context.Print("identity  " + one.bundle->identity().ToString());
    context.Print("verified  " + std::to_string(report.verified_blobs) + " of " +
                  std::to_string(one.bundle->blobs().size()) + " blobs, " +
                  FormatBytes(report.verified_bytes));
    if (!report.ok()) context.Print("problems  " + std::to_string(report.problems.size()));
  }
}

int RunVerify(const CommandContext& context, const std::string& path) {
  std::vector<Status> unopened;
  Result<std::vector<std::shared_ptr<Bundle>>> bundles = OpenBundles(RealEnv(), path, &unopened);
  if (!bundles.ok()) return context.Fail(bundles.status());
  std::vector<Verified> verified = VerifyAll(*bundles, context.quiet || context.json);
  bool ok = unopened.empty();
  for (const Verified& one : verified) ok = ok && one.report.ok();
  if (context.json) {
    WriteJson(context, ok, verified, unopened);
  } else {
    WriteLines(context, verified, unopened);
  }
  return ok ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddBundleVerify(CLI::App& bundle, CommandContext& context) {
  CLI::App* verify = bundle.add_subcommand(
      "verify", "hash every blob of a bundle and follow every reference to its end");
  auto file = std::make_shared<std::string>();
  verify->add_option("FILE", *file, "a bundle, or an appliance image with bundles in it")
      ->required();
  verify->callback(
      [&context, file] { context.run = [&context, file] { return RunVerify(context, *file); }; });
}

}  // namespace airgap
