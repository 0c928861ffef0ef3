// cozy-airgap bundle diff
#include "store/diff.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "base/format_bytes.h"
#include "cli/command.h"
#include "cli/open_files.h"
#include "cli/progress.h"

namespace airgap {
namespace {

struct DiffOptions {
  std::vector<std::string> files;  // the old ones, and the new one last
};

void WriteChanges(const std::vector<ReferenceChange>& changes, bool had, bool has, JsonNode list) {
  for (const ReferenceChange& change : changes) {
    JsonNode node = list.AddObject();
    node.Put("reference", change.name);
    if (had) node.Put("before", change.before.ToString());
    if (has) node.Put("after", change.after.ToString());
  }
}

void WriteCount(const BlobCount& count, JsonNode node) {
  node.Put("blobs", uint64_t{count.blobs});
  node.Put("bytes", count.bytes);
}

void WriteJson(const CommandContext& context, const BundleDiff& diff) {
  JsonBuilder document;
  JsonNode root = document.root();
  JsonNode references = root.PutObject("references");
  WriteChanges(diff.added, false, true, references.PutArray("added"));
  WriteChanges(diff.removed, true, false, references.PutArray("removed"));
  WriteChanges(diff.changed, true, true, references.PutArray("changed"));
  references.Put("same", uint64_t{diff.same_references});
  JsonNode blobs = root.PutObject("blobs");
  WriteCount(diff.added_blobs, blobs.PutObject("added"));
  WriteCount(diff.removed_blobs, blobs.PutObject("removed"));
  WriteCount(diff.same_blobs, blobs.PutObject("same"));
  WriteCount(diff.delta, root.PutObject("delta"));
  context.PrintJson(document);
}

std::string CountText(const BlobCount& count) {
  return std::to_string(count.blobs) + " blobs, " + FormatBytes(count.bytes);
}

void WriteTable(const CommandContext& context, const BundleDiff& diff) {
  for (const ReferenceChange& change : diff.added) context.Print("added      " + change.name);
  for (const ReferenceChange& change : diff.removed) context.Print("removed    " + change.name);
  for (const ReferenceChange& change : diff.changed) {
    context.Print("changed    " + change.name + "  " + change.before.Short() + " -> " +
                  change.after.Short());
  }
  context.Print("references " + std::to_string(diff.added.size()) + " added, " +
                std::to_string(diff.removed.size()) + " removed, " +
                std::to_string(diff.changed.size()) + " changed, " +
                std::to_string(diff.same_references) + " the same");
  context.Print("added      " + CountText(diff.added_blobs));
  context.Print("removed    " + CountText(diff.removed_blobs));
  context.Print("the same   " + CountText(diff.same_blobs));
  context.Print("a delta carries " + CountText(diff.delta));
}

int RunDiff(const CommandContext& context, DiffOptions options) {
  std::string now_path = options.files.back();
  options.files.pop_back();
  auto old = OpenEvery(options.files);
  if (!old.ok()) return context.Fail(old.status());
  Result<std::shared_ptr<Bundle>> now = OpenTheOne(now_path);
  if (!now.ok()) return context.Fail(now.status());
  BundleDiff diff = DiffBundles(*old, **now);
  if (context.json) {
    WriteJson(context, diff);
  } else {
    WriteTable(context, diff);
  }
  return kExitFine;
}

}  // namespace

void AddBundleDiff(CLI::App& bundle, CommandContext& context) {
  CLI::App* diff = bundle.add_subcommand(
      "diff", "show what changes from one bundle to the next, and what a delta carries");
  auto options = std::make_shared<DiffOptions>();
  diff->add_option("BUNDLE", options->files,
                   "what is there (several files where it is a bundle and deltas), then what is"
                   " to come")
      ->required()
      ->expected(2, -1);
  diff->callback([&context, options] {
    context.run = [&context, options] { return RunDiff(context, *options); };
  });
}

}  // namespace airgap
