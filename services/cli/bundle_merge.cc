// cozy-airgap bundle merge
#include "store/merge.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "cli/command.h"
#include "cli/open_files.h"
#include "cli/write_planned.h"

namespace airgap {
namespace {

// One reads while the other hashes; with more of them a spinning disk would only seek.
constexpr size_t kThreads = 2;

struct MergeOptions {
  std::vector<std::string> files;  // the bases, and the delta last
  std::string file;
  std::string split;
};

int FailMissing(const CommandContext& context, const Bundle& delta,
                const std::vector<BlobEntry>& missing) {
  uint64_t bytes = 0;
  for (const BlobEntry& blob : missing) bytes += blob.size_bytes;
  std::string line = std::to_string(missing.size()) + " of the " +
                     std::to_string(delta.absent().size()) + " blobs that " + delta.location() +
                     " leaves out (" + FormatBytes(bytes) +
                     ") are in no base; give the bundle that the delta was made against";
  for (const BlobEntry& blob : missing) {
    fprintf(stderr, "cozy-airgap: missing: blob %s, %s\n", blob.digest.ToString().c_str(),
            FormatBytes(blob.size_bytes).c_str());
  }
  fprintf(stderr, "cozy-airgap: %s\n", line.c_str());
  if (context.json) {
    JsonBuilder document;
    JsonNode error = document.root().PutObject("error");
    error.Put("code", CodeName(Code::kNotFound));
    error.Put("message", line);
    JsonNode list = document.root().PutArray("missing");
    for (const BlobEntry& blob : missing) list.Add(blob.digest.ToString());
    context.PrintJson(document);
  }
  return kExitCouldNot;
}

int RunMerge(const CommandContext& context, const MergeOptions& options) {
  std::vector<std::string> base_paths(options.files.begin(), options.files.end() - 1);
  auto bases = OpenEvery(base_paths);
  if (!bases.ok()) return context.Fail(bases.status());
  Result<std::shared_ptr<Bundle>> delta = OpenTheOne(options.files.back());
  if (!delta.ok()) return context.Fail(delta.status());
  if (!(*delta)->is_delta()) {
    return context.Fail(InvalidArgument((*delta)->location() +
                                        " is no delta: it is whole already; give the base first"
                                        " and the delta last"));
  }
  std::vector<BlobEntry> missing = MissingFrom(*bases, **delta);
  if (!missing.empty()) return FailMissing(context, **delta, missing);
  auto merge = MergePlan::Make(*bases, *delta);
  if (!merge.ok()) return context.Fail(merge.status());
  uint64_t bytes = 0;
  PlannedWrite write{options.file, options.split, WriteMode::kAtOnce,
                     kThreads,     "merging",     context.quiet || context.json};
  Result<Digest> identity = WritePlanned(write, (*merge)->plan(), &bytes);
  if (!identity.ok()) return context.Fail(identity.status());
  ReportPlanned(context, options.file, **delta, (*merge)->plan(), bytes);
  return kExitFine;
}

}  // namespace

void AddBundleMerge(CLI::App& bundle, CommandContext& context) {
  CLI::App* merge = bundle.add_subcommand(
      "merge", "make the whole bundle of a delta and what it was made against");
  auto options = std::make_shared<MergeOptions>();
  merge
      ->add_option("BUNDLE", options->files,
                   "one or several bundles that hold what the delta leaves out, then the delta")
      ->required()
      ->expected(2, -1);
  merge->add_option("--file", options->file, "the bundle to write; appears when it is complete")
      ->required();
  merge
      ->add_option("--split", options->split,
                   "in parts of at most this size, as 'bundle create --split' writes them")
      ->type_name("SIZE");
  merge->callback([&context, options] {
    context.run = [&context, options] { return RunMerge(context, *options); };
  });
}

}  // namespace airgap
