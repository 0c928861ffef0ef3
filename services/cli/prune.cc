// cozy-airgap prune: what a registry holds for nobody any more.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/handoff_options.h"
#include "cli/open_files.h"
#include "cli/progress.h"
#include "handoff/prune.h"
#include "intake/live_images.h"
#include "intake/reference_text.h"

namespace airgap {
namespace {

struct PruneOptions {
  RegistryOptions registry;
  std::vector<std::string> keep;
  std::string in_use;
  bool deletes = false;
};

Result<std::string> ReadAllOf(const std::string& path) {
  if (path != "-") return ReadWholeFile(RealEnv(), path, limits::json_default_max_bytes);
  std::string text;
  char buffer[limits::log_line_max_bytes];
  for (;;) {
    ssize_t count = read(STDIN_FILENO, buffer, sizeof buffer);
    if (count < 0) return ErrnoStatus(errno, "cannot read standard input");
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > limits::json_default_max_bytes) {
      return LimitExceeded("standard input is too long for a list of images");
    }
  }
}

// A list as nodes' tools print it, or manifests: whatever reads like a reference is in use.
Status AddInUse(const std::string& path, KeptContent* kept) {
  ASSIGN_OR_RETURN(std::string text, ReadAllOf(path));
  size_t count = 0;
  auto add = [&](const Reference& reference) {
    kept->AddInUse(reference);
    ++count;
  };
  if (auto live = ParseLiveImages(text, path); live.ok()) {
    for (const LiveImage& image : *live) {
      add(image.reference);
      for (const Digest& digest : image.digests) {
        add({image.reference.host, image.reference.repository, "", digest});
      }
    }
    return OkStatus();
  }
  FindReferences(text, add);
  if (count > 0) return OkStatus();
  return InvalidArgument("--in-use " + path +
                         " names no image: give what `talosctl image list` or `crictl images -o"
                         " json` prints, or manifests");
}

Result<KeptContent> ReadKept(const PruneOptions& options) {
  ASSIGN_OR_RETURN(auto bundles, OpenEvery(options.keep));
  auto catalog = Catalog::Build(std::move(bundles));
  ASSIGN_OR_RETURN(HandoffPlan plan, HandoffPlan::Make(*catalog));
  KeptContent kept;
  kept.AddPlan(plan);
  if (!options.in_use.empty()) RETURN_IF_ERROR(AddInUse(options.in_use, &kept));
  return kept;
}

std::string NameOf(const Deletion& deletion) {
  std::string name = deletion.repository + "@" + deletion.digest.ToString();
  for (const std::string& tag : deletion.tags) name.append(" ").append(tag);
  return name;
}

void Report(const CommandContext& context, const PrunePlan& plan, bool deletes,
            const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    fprintf(stderr, "cozy-airgap: %s\n", problem.c_str());
  }
  if (context.json) {
    JsonBuilder document;
    JsonNode list = document.root().PutArray("deletions");
    for (const Deletion& deletion : plan.deletions) list.Add(NameOf(deletion));
    document.root().Put("bytes", plan.bytes);
    document.root().Put("keptTags", uint64_t{plan.kept_count});
    document.root().Put("deleted", deletes && problems.empty());
    JsonNode foreign = document.root().PutArray("otherRepositories");
    foreign.AddEach(plan.foreign);
    context.PrintJson(document);
    return;
  }
  for (const Deletion& deletion : plan.deletions) context.Print("delete     " + NameOf(deletion));
  for (const std::string& name : plan.foreign) {
    context.Print("left       " + name + ", which is of no upstream registry");
  }
  context.Print("kept       " + std::to_string(plan.kept_count) + " tags");
  context.Print("space      " + FormatBytes(plan.bytes) +
                " that nothing needs afterwards: the registry frees it when it collects garbage");
  if (plan.deletions.empty()) {
    context.Print("nothing to delete");
  } else if (!deletes) {
    context.Print("nothing was deleted: --delete does it");
  }
}

int RunPrune(const CommandContext& context, const PruneOptions& options) {
  bool quiet = context.quiet || context.json;
  Result<KeptContent> kept = ReadKept(options);
  if (!kept.ok()) return context.Fail(kept.status());
  auto opened = OpenTarget(options.registry, true);
  if (!opened.ok()) return context.Fail(opened.status());
  Pruner pruner((*opened)->target, *std::move(kept));
  Result<PrunePlan> plan = [&] {
    ProgressLine line("looking", quiet);
    return pruner.Plan(
        [&](const HandoffProgress& now) { line.UpdateCount(now.done_count, now.total_count, ""); });
  }();
  if (!plan.ok()) return context.Fail(plan.status());
  std::vector<std::string> problems;
  if (options.deletes) {
    ProgressLine line("deleting", quiet);
    problems = pruner.Delete(*plan, [&](const HandoffProgress& now) {
      line.UpdateCount(now.done_count, now.total_count, "");
    });
  }
  Report(context, *plan, options.deletes, problems);
  return problems.empty() ? kExitFine : kExitCouldNot;
}

}  // namespace

void AddPrune(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<PruneOptions>();
  CLI::App* command = app.add_subcommand(
      "prune",
      "find what a registry holds that neither these bundles nor the images in use need; delete it"
      " if that is wanted");
  AddRegistryOptions(command, "--registry", &options->registry);
  command
      ->add_option(
          "--keep", options->keep,
          "a bundle that stays; may be repeated: the release that runs, and the one before")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--in-use", options->in_use,
                      "a file, or - for standard input: what `talosctl image list` prints, or the"
                      " manifests of what runs");
  command->add_flag("--delete", options->deletes, "delete it; without, nothing is changed");
  command->callback([&context, options] {
    context.run = [&context, options] { return RunPrune(context, *options); };
  });
}

}  // namespace airgap
