// cozy-airgap bundle verify
#include "store/verify.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/format_bytes.h"
#include "cli/command.h"
#include "cli/open_files.h"
#include "cli/parallel_prover.h"
#include "cli/progress.h"
#include "cli/verify_receipt.h"
#include "store/bundle_file.h"

namespace airgap {
namespace {

constexpr char kFooter[] = R"(A blob that nothing names is told, and is no damage.
The receipt is what --output json prints: the bundle's identity, what was hashed, by which keys it
is signed, every problem.)";
constexpr unsigned kReceiptMode = 0644;

struct VerifyOptions {
  std::string file;
  std::vector<std::string> keys;
  std::vector<std::string> bases;
  std::string receipt;
};

using Bundles = std::vector<std::shared_ptr<Bundle>>;

Result<std::vector<PublicKey>> ReadKeys(const VerifyOptions& options) {
  std::vector<PublicKey> keys;
  for (const std::string& path : options.keys) {
    ASSIGN_OR_RETURN(PublicKey key, PublicKey::ReadFile(RealEnv(), path));
    keys.push_back(std::move(key));
  }
  return keys;
}

Status CheckReceiptPath(const VerifyOptions& options) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(options.receipt, options.file, ignored)) return OkStatus();
  return InvalidArgument("--receipt " + options.receipt + " is the bundle itself");
}

VerifiedBundle VerifyOne(const std::shared_ptr<Bundle>& bundle, const BundleFile& file,
                         const std::vector<PublicKey>& keys, const Bundles& bases, bool quiet) {
  VerifiedBundle verified;
  verified.bundle = bundle;
  if (!keys.empty()) verified.signed_by_wanted = CheckSignedByOneOf(*bundle, keys);
  Result<std::vector<CheckedSignature>> signatures = CheckSignatures(*bundle, keys);
  if (signatures.ok()) verified.signatures = *std::move(signatures);  // else a problem below
  ProgressLine line("verifying", quiet);
  size_t blobs = bundle->blobs().size() + (bases.empty() ? 0 : bundle->absent().size());
  auto show = [&](const VerifyProgress& now) {
    line.Update(now.done_bytes, now.total_bytes,
                std::to_string(now.done_blobs) + " of " + std::to_string(blobs) + " blobs");
  };
  verified.report = VerifyBundle(*bundle, nullptr, show, ParallelProver(file.split), bases);
  return verified;
}

// What is wrong, on standard error whatever the output is.
void SayProblems(const VerifyReceipt& receipt) {
  auto say = [](const std::string& line) { fprintf(stderr, "cozy-airgap: %s\n", line.c_str()); };
  for (const Status& status : receipt.unopened) say(status.message());
  for (const VerifiedBundle& one : receipt.bundles) {
    if (!one.signed_by_wanted.ok()) say(one.signed_by_wanted.message());
    for (const std::string& problem : one.report.problems) say(problem);
  }
}

// What the verdict on a delta rests on.
void PrintAbsent(const CommandContext& context, const VerifyReport& report) {
  if (report.absent_blobs == 0) return;
  std::string absent =
      std::to_string(report.absent_blobs) + " blobs, " + FormatBytes(report.absent_bytes);
  if (report.verified_elsewhere_blobs > 0) {
    context.Print("delta     leaves out " + absent + "; " +
                  std::to_string(report.verified_elsewhere_blobs) +
                  " of them verified in the base");
  } else {
    context.Print("delta     leaves out " + absent + ", NOT proven here; prove them with --base");
  }
}

// "is whole" is said of what was proven whole.
const char* Verdict(const VerifyReport& report) {
  if (!report.ok()) return " is DAMAGED";
  bool proven = report.verified_elsewhere_blobs == report.absent_blobs;
  return proven ? " is whole" : " is an undamaged delta";
}

void PrintBundle(const CommandContext& context, const VerifiedBundle& one) {
  const VerifyReport& report = one.report;
  context.Print(one.bundle->location() + ": " + one.bundle->name() + " " + one.bundle->version() +
                Verdict(report));
  context.Print("identity  " + one.bundle->identity().ToString());
  context.Print("verified  " + std::to_string(report.verified_blobs) + " of " +
                std::to_string(one.bundle->blobs().size()) + " blobs, " +
                FormatBytes(report.verified_bytes));
  PrintAbsent(context, report);
  for (const CheckedSignature& signature : one.signatures) {
    context.Print("signature " + signature.key_id.ToString() + ": " +
                  std::string(SignatureVerdictName(signature.verdict)));
  }
  for (const Digest& digest : report.unreferenced) {
    context.Print("warning   nothing names blob " + digest.ToString());
  }
  if (!report.ok()) context.Print("problems  " + std::to_string(report.problems.size()));
}

int RunVerify(const CommandContext& context, const VerifyOptions& options) {
  Result<std::vector<PublicKey>> keys = ReadKeys(options);
  if (!keys.ok()) return context.Fail(keys.status());
  if (Status status = CheckReceiptPath(options); !status.ok()) return context.Fail(status);
  VerifyReceipt receipt;
  receipt.file = options.file;
  receipt.started_unix_s = RealEnv()->NowUnixSeconds();
  for (const PublicKey& key : *keys) receipt.keys.push_back(key.id());
  Result<BundleFile> file = OpenBundleFile(RealEnv(), options.file);
  if (!file.ok()) return context.Fail(file.status());
  receipt.split = file->split;
  auto bundles = OpenBundlesIn(*file, &receipt.unopened);
  if (!bundles.ok()) return context.Fail(bundles.status());
  Result<Bundles> bases = OpenEvery(options.bases);
  if (!bases.ok()) return context.Fail(bases.status());
  bool quiet = context.quiet || context.json;
  for (const auto& bundle : *bundles) {
    receipt.bundles.push_back(VerifyOne(bundle, *file, *keys, *bases, quiet));
  }
  receipt.ended_unix_s = RealEnv()->NowUnixSeconds();
  JsonBuilder document;
  receipt.WriteTo(document.root());
  if (!options.receipt.empty()) {
    Status written =
        WriteWholeFile(RealEnv(), options.receipt, document.ToText(true) + "\n", kReceiptMode);
    if (!written.ok()) return context.Fail(written);
  }
  SayProblems(receipt);
  for (const VerifiedBundle& one : receipt.bundles) PrintBundle(context, one);
  if (context.json) context.PrintJson(document);
  return receipt.ok() ? kExitFine : kExitCheckFailed;
}

}  // namespace

void AddBundleVerify(CLI::App& bundle, CommandContext& context) {
  CLI::App* verify = bundle.add_subcommand(
      "verify", "hash every blob of a bundle and follow every reference to its end");
  auto options = std::make_shared<VerifyOptions>();
  verify->footer(kFooter);
  verify
      ->add_option("FILE", options->file,
                   "a bundle, the manifest of a split one, or an appliance image")
      ->required();
  verify
      ->add_option("--key", options->keys,
                   "public key in PEM; one of those given must have signed the bundle")
      ->allow_extra_args(false);
  verify
      ->add_option("--base", options->bases,
                   "of a delta: a bundle that holds what it leaves out; verifies that too")
      ->type_name("BUNDLE")
      ->allow_extra_args(false);
  verify->add_option("--receipt", options->receipt, "write what was found to this file, as JSON");
  verify->callback([&context, options] {
    context.run = [&context, options] { return RunVerify(context, *options); };
  });
}

}  // namespace airgap
