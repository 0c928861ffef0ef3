// cozy-airgap image build: a base ISO, bundles and a site file become one appliance image.
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/site_file.h"
#include "compose/compose.h"
#include "store/site_partition.h"

namespace airgap {
namespace {

void PrintImage(const CommandContext& context, const std::string& path,
                const ComposedImage& image) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("file", path);
  root.Put("sizeBytes", image.size_bytes);
  context.Print(path + ": " + FormatBytes(image.size_bytes));
  if (image.site_partition_number != 0) {
    root.Put("sitePartition", uint64_t{image.site_partition_number});
    context.Print("  partition " + std::to_string(image.site_partition_number) + " " +
                  kSitePartitionName + ": the site file");
  }
  JsonNode bundles = root.PutArray("bundles");
  for (const ComposedBundle& bundle : image.bundles) {
    JsonNode node = bundles.AddObject();
    node.Put("name", bundle.name);
    node.Put("version", bundle.version);
    node.Put("digest", bundle.identity.ToString());
    node.Put("partition", uint64_t{bundle.partition_number});
    node.Put("partitionName", bundle.partition_name);
    node.Put("offsetBytes", bundle.offset_bytes);
    node.Put("sizeBytes", bundle.size_bytes);
    context.Print("  partition " + std::to_string(bundle.partition_number) + " " +
                  bundle.partition_name + ": bundle " + bundle.name + " " + bundle.version + ", " +
                  FormatBytes(bundle.size_bytes) + ", " + bundle.identity.Short());
  }
  if (context.json) context.PrintJson(document);
}

int RunImageBuild(const CommandContext& context, ComposeRequest request) {
  if (!request.site_path.empty()) {
    Result<SiteFile> site = OpenSiteFile(RealEnv(), request.site_path);
    if (!site.ok()) return context.Fail(site.status());
    if (!site->checked.mistakes.empty()) return FailSite(context, request.site_path, site->checked);
    request.site_text = std::move(site->text);
  }
  Result<ComposedImage> image = [&] {
    ProgressLine line("image", context.quiet || context.json);
    return ComposeImage(RealEnv(), request, [&line](const ComposeProgress& progress) {
      line.Update(progress.done_bytes, progress.total_bytes, "");
    });
  }();
  if (!image.ok()) return context.Fail(image.status());
  PrintImage(context, request.out_path, *image);
  return kExitFine;
}

}  // namespace

void AddImageBuild(CLI::App& image, CommandContext& context) {
  auto request = std::make_shared<ComposeRequest>();
  CLI::App* command =
      image.add_subcommand("build",
                           "put bundles and a site file behind a base ISO: an image for"
                           " sticks and CDs");
  command->add_option("--base", request->base_path, "the base ISO")->required();
  command->add_option("--bundle", request->bundle_paths,
                      "a bundle, or an image whose bundles are taken over; may be repeated");
  command->add_option("--site", request->site_path,
                      "the site file to put in, in place of the base's own where it has one");
  command->add_option("--file", request->out_path, "the image to write")->required();
  command->callback([&context, request] {
    context.run = [&context, request] { return RunImageBuild(context, *request); };
  });
}

}  // namespace airgap
