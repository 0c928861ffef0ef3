// cozy-airgap media list: the media of this machine that carry something of ours.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/command.h"
#include "cli/media_scan.h"

namespace airgap {
namespace {

int RunMediaList(const CommandContext& context, const MediaRoots& roots) {
  MediaScan scan = ScanMedia(RealEnv(), roots, kMediaScanTimeout);
  JsonBuilder document;
  JsonNode media = document.root().PutArray("media");
  for (const FoundMedium& medium : scan.media) {
    JsonNode node = media.AddObject();
    node.Put("path", medium.path);
    node.Put("kind", medium.kind);
    node.Put("sizeBytes", medium.size_bytes);
    node.Put("bundles", uint64_t{medium.bundles});
    node.Put("site", medium.has_site);
    node.Put("stamp", medium.stamp);
    node.Put("identity", medium.has_identity);
    node.Put("statePartition", uint64_t{medium.state_partition});
    context.Print(medium.path + "\t" + medium.kind + "\t" + std::to_string(medium.bundles) + "\t" +
                  (medium.has_site ? "site" : "-") + "\t" +
                  (medium.stamp.empty() ? "-" : medium.stamp) + "\t" +
                  (medium.has_identity ? "identity" : "-") + "\t" +
                  (medium.state_partition == 0 ? "-" : std::to_string(medium.state_partition)));
  }
  JsonNode problems = document.root().PutArray("problems");
  for (const std::string& problem : scan.problems) {
    problems.Add(problem);
    fprintf(stderr, "cozy-airgap: %s\n", problem.c_str());
  }
  if (context.json) context.PrintJson(document);
  return kExitFine;
}

}  // namespace

void AddMediaList(CLI::App& media, CommandContext& context) {
  auto roots = std::make_shared<MediaRoots>();
  CLI::App* command = media.add_subcommand(
      "list",
      "print media that carry partitions of ours: device, kind (cd, usb, disk), number of"
      " bundles, whether there is a site file, time stamp of the volume, whether there is an"
      " identity, number of the state partition");
  command->add_option("--sys", roots->sys, "where sysfs is mounted");
  command->add_option("--dev", roots->dev, "the folder of device files");
  command->callback([&context, roots] {
    context.run = [&context, roots] { return RunMediaList(context, *roots); };
  });
}

}  // namespace airgap
