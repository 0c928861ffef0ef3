// cozy-airgap bundle create
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/format_bytes.h"
#include "base/limits.h"
#include "cli/bundle_maker.h"
#include "cli/bundle_rebuild.h"
#include "cli/command.h"
#include "cli/stop_signal.h"
#include "store/bundle_file.h"

namespace airgap {
namespace {

constexpr char kFooter[] = R"(Sources:
  oci:DIR               an OCI image layout in a folder
  oci-archive:FILE      a tar of one, plain or packed with gzip, xz or zstd
  docker-archive:FILE   what docker save wrote
  bundle:FILE           another bundle, or an appliance image
Images keep the full reference that the source gives them. To those without one, give it:
  --from oci:DIR=ghcr.io/org/app:v1   the one image of the source
  --from oci:DIR=ghcr.io/org/app      all of them, each with its own tag
Platforms: an image index named by digest comes whole. Named by a tag, --image takes the manifest
of the one --platform (linux/amd64 if none is given), or all of it when several are given; --from
takes it whole unless exactly one --platform is given. REF@DIGEST keeps an index whole.
Recipes: `cozy-airgap recipe --help`.)";

constexpr char kGoesOn[] =
    "what was fetched is kept beside it; the same command goes on from there";

// Every part that could not be had, then how it ends.
int FailMissing(const CommandContext& context, const BundleMaker& maker) {
  std::vector<MissingPart> missing = maker.missing();
  for (const MissingPart& part : missing) {
    fprintf(stderr, "cozy-airgap: missing: %s: %s: %s\n", part.wanted_by.c_str(), part.what.c_str(),
            part.cause.c_str());
  }
  std::string line = std::to_string(missing.size()) + (missing.size() == 1 ? " part" : " parts") +
                     " missing, so no bundle was made";
  if (maker.left_partial()) line += std::string("; ") + kGoesOn;
  fprintf(stderr, "cozy-airgap: %s\n", line.c_str());
  if (context.json) {
    JsonBuilder document;
    JsonNode error = document.root().PutObject("error");
    error.Put("code", CodeName(maker.has_corrupt() ? Code::kCorrupt : Code::kNotFound));
    error.Put("message", line);
    JsonNode parts = document.root().PutArray("missing");
    for (const MissingPart& part : missing) {
      JsonNode node = parts.AddObject();
      node.Put("wantedBy", part.wanted_by);
      node.Put("what", part.what);
      node.Put("cause", part.cause);
    }
    context.PrintJson(document);
  }
  return maker.has_corrupt() ? kExitCheckFailed : kExitCouldNot;
}

void Report(const CommandContext& context, const BundleMaker& maker, const Digest& identity) {
  const CreateRequest& options = maker.request();
  std::string file = options.file + (options.part_bytes == 0 ? "" : kSplitManifestSuffix);
  Result<BundleFile> written = OpenBundleFile(RealEnv(), file);
  uint64_t bytes = written.ok() ? written->file->size_bytes() : 0;
  const Collector& taken = maker.collector();
  if (context.json) {
    JsonBuilder document;
    JsonNode root = document.root();
    root.Put("file", file);
    root.Put("name", options.name);
    root.Put("version", options.version);
    root.Put("identity", identity.ToString());
    root.Put("images", uint64_t{taken.image_count()});
    root.Put("referrers", uint64_t{taken.referrer_count()});
    root.Put("assets", uint64_t{taken.asset_count()});
    root.Put("blobs", uint64_t{maker.plan().blob_count()});
    root.Put("absentBlobs", uint64_t{maker.plan().left_out().size()});
    root.Put("bytes", bytes);
    context.PrintJson(document);
    return;
  }
  context.Print(file + ": " + options.name + " " + options.version);
  context.Print("identity   " + identity.ToString());
  context.Print("images     " + std::to_string(taken.image_count()));
  context.Print("referrers  " + std::to_string(taken.referrer_count()));
  context.Print("assets     " + std::to_string(taken.asset_count()));
  context.Print("blobs      " + std::to_string(maker.plan().blob_count()));
  if (!options.bases.empty()) {
    context.Print("delta      leaves out " + std::to_string(maker.plan().left_out().size()) +
                  " blobs that the base holds");
  }
  context.Print("size       " + FormatBytes(bytes));
}

int RunCreate(const CommandContext& context, const CreateOptions& options) {
  std::vector<std::string> mistakes;
  Result<CreateRequest> request = ParseCreateRequest(options, &mistakes);
  if (!request.ok()) {
    int code = context.Fail(request.status());  // the recipe's first mistake, where it has some
    for (size_t i = 1; i < mistakes.size(); ++i) {
      fprintf(stderr, "cozy-airgap: %s\n", mistakes[i].c_str());
    }
    return code;
  }
  BundleMaker maker(*std::move(request), context.quiet || context.json, StopOnSignal());
  Result<Digest> identity = maker.Make();
  if (identity.ok()) {
    Report(context, maker, *identity);
    return kExitFine;
  }
  if (maker.lacks_parts()) return FailMissing(context, maker);
  Status status = identity.status();
  if (maker.left_partial()) status = Status(status.code(), status.message() + "; " + kGoesOn);
  return context.Fail(status);
}

// It is the same bundle: nothing else can be said of it.
int RunFromRegistry(const CommandContext& context, const CreateOptions& options,
                    RebuildOptions* rebuild) {
  bool says_more = !options.recipe.empty() || !options.name.empty() || !options.from.empty() ||
                   !options.images.empty() || !options.assets.empty() || !options.bases.empty();
  if (rebuild->like.empty() || says_more) {
    return context.Fail(InvalidArgument(
        "--from-registry goes with --like, --file, --split, --registry-ca, --credentials and --jobs"
        " alone"));
  }
  rebuild->registry.ca = options.registry_ca;
  rebuild->registry.credentials = options.credentials;
  rebuild->registry.jobs = options.jobs;
  rebuild->file = options.file;
  rebuild->split = options.split;
  return RunRebuild(context, *rebuild);
}

}  // namespace

void AddBundleCreate(CLI::App& bundle, CommandContext& context) {
  CLI::App* create = bundle.add_subcommand("create", "put images and files into one bundle");
  auto options = std::make_shared<CreateOptions>();
  create->footer(kFooter);
  create->add_option("--recipe", options->recipe,
                     "YAML file that says what to carry; flags add to it");
  create->add_option("--name", options->name, "the bundle's name, unless the recipe gives it");
  create->add_option("--version", options->version, "its version, unless the recipe gives it");
  create->add_option("--file", options->file, "the bundle to write; appears when it is complete")
      ->required();
  create
      ->add_option("--split", options->split,
                   "write FILE.part-001, ... of at most this size, as in 3900M, and"
                   " FILE.parts.json; 4G is the most that FAT32 takes")
      ->type_name("SIZE");
  auto add_list = [&](const char* flag, std::vector<std::string>& list, const char* type,
                      const char* help) {
    create->add_option(flag, list, help)->type_name(type)->allow_extra_args(false);
  };
  add_list("--base", options->bases, "BUNDLE",
           "make a delta: leave out the blobs that this bundle holds");
  add_list("--from", options->from, "SOURCE", "take all that a source holds (see below)");
  add_list("--image", options->images, "REF", "pull an image, with signatures and referrers");
  add_list("--asset", options->assets, "HTTP/PATH=FILE|URL",
           "carry a file or what a URL gives, to be served there");
  add_list("--platform", options->platforms, "OS/ARCH", "as in linux/amd64 (see below)");
  add_list("--mirror", options->mirrors, "HOST=URL",
           "read a registry's content there; http:// is plain, a path precedes the repository");
  add_list("--insecure-registry", options->insecure, "HOST",
           "speak plain HTTP to a registry that is not on loopback");
  create->add_option("--registry-ca", options->registry_ca, "PEM file of CAs to trust as well");
  create->add_option("--credentials", options->credentials,
                     "docker's config.json (default: where docker keeps it)");
  create->add_flag("--sparse", options->is_sparse,
                   "of an index carry only the children for the platforms; recorded as such");
  options->jobs = limits::create_jobs_default_count;
  create->add_option("--jobs", options->jobs, "downloads at a time")
      ->check(CLI::Range(1U, limits::create_jobs_max_count))
      ->capture_default_str();
  auto rebuild = std::make_shared<RebuildOptions>();
  CLI::Option* from_registry =
      create->add_option("--from-registry", rebuild->registry.registry,
                         "have the bundle of --like again, out of a registry that 'cozy-airgap"
                         " push' filled: https://HOST[:PORT][/PREFIX]");
  create
      ->add_option("--like", rebuild->like,
                   "the bundle to be had again; its blobs may be damaged, or left out, as in a"
                   " delta that was made with --base of itself")
      ->needs(from_registry);
  create->callback([&context, options, rebuild] {
    context.run = [&context, options, rebuild] {
      if (rebuild->registry.registry.empty()) return RunCreate(context, *options);
      return RunFromRegistry(context, *options, rebuild.get());
    };
  });
}

}  // namespace airgap
