// cozy-airgap image build: a base ISO, bundles and a site file become one appliance image.
#include <CLI/CLI.hpp>

#include "base/format_bytes.h"
#include "base/limits.h"
#include "cli/command.h"
#include "cli/image_identity.h"
#include "cli/progress.h"
#include "cli/site_file.h"
#include "compose/compose.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

void PrintImage(const CommandContext& context, const std::string& path,
                const ComposedImage& image) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("file", path);
  root.Put("sizeBytes", image.size_bytes);
  context.Print(path + ": " + FormatBytes(image.size_bytes));
  auto print_part = [&](const char* key, uint32_t number, std::string_view name,
                        const std::string& content) {
    if (number == 0) return;
    root.Put(key, uint64_t{number});
    context.Print("  partition " + std::to_string(number) + " " + std::string(name) + ": " +
                  content);
  };
  print_part("identityPartition", image.identity_partition_number, kIdentityText.name,
             "the CA and key of this image: keep it from others");
  print_part("sitePartition", image.site_partition_number, kSiteText.name, "the site file");
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
  print_part("statePartition", image.state_partition_number, kStatePartitionName,
             "room for state, " + FormatBytes(image.state_bytes));
  if (context.json) context.PrintJson(document);
}

int RunImageBuild(const CommandContext& context, ComposeRequest request,
                  const IdentityRequest& identity) {
  Site site_of_image;
  if (!request.site_path.empty()) {
    Result<SiteFile> site = OpenSiteFile(RealEnv(), request.site_path);
    if (!site.ok()) return context.Fail(site.status());
    if (!site->checked.mistakes.empty()) return FailSite(context, request.site_path, site->checked);
    request.site_text = std::move(site->text);
    site_of_image = std::move(site->checked.site);
  }
  Result<std::string> text = IdentityFor(RealEnv(), identity, request.base_path, site_of_image);
  if (!text.ok()) return context.Fail(text.status());
  request.identity_text = *std::move(text);
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
  auto identity = std::make_shared<IdentityRequest>();
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
  command
      ->add_option("--state-size", request->state_bytes,
                   "room for the appliance's state, like 1G; 0: none; 256M if the base has none")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(limits::state_min_bytes, limits::state_max_bytes) | CLI::IsMember({"0"}));
  command->add_option("--site-ca", identity->site_ca_folder,
                      "the folder of 'site init': the image's CA is issued by the site's");
  command->add_option("--subnet", identity->subnets,
                      "one more subnet that the image's own CA may issue for, beside the private"
                      " ranges; may be repeated");
  command->add_flag("--new-identity", identity->is_new,
                    "a new CA, in place of the one that the base has");
  command->add_flag("--no-identity", identity->is_unwanted,
                    "no CA in the image: without state, nodes have to trust a new one after each"
                    " boot");
  command->callback([&context, request, identity] {
    context.run = [&context, request, identity] {
      return RunImageBuild(context, *request, *identity);
    };
  });
}

}  // namespace airgap
