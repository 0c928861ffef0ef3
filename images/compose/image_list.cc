#include "compose/image_list.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

bool IsLeftOut(const GptPartition& partition) {
  return partition.type == kBundlePartitionType || partition.type == kStatePartitionType ||
         partition.type == kImagePartitionType;
}

Result<ListedArea> ParseArea(JsonView view, uint64_t image_bytes, const std::string& what) {
  auto offset = view["offset"].Uint();
  auto size = view["bytes"].Uint();
  if (!offset || !size || *offset > image_bytes || *size > image_bytes - *offset) {
    return Corrupt(what + ": an area is outside of the image");
  }
  ASSIGN_OR_RETURN(Digest digest, Digest::Parse(view["digest"].StringOr("")));
  return ListedArea{*offset, *size, digest, view["name"].StringOr("")};
}

Result<ListedBundle> ParseBundle(JsonView view) {
  ASSIGN_OR_RETURN(Digest identity, Digest::Parse(view["digest"].StringOr("")));
  return ListedBundle{view["partition"].StringOr(""), view["name"].StringOr(""),
                      view["version"].StringOr(""), identity};
}

}  // namespace

std::vector<ListedArea> AreasToList(const std::vector<GptPartition>& partitions,
                                    uint64_t size_bytes) {
  std::vector<GptPartition> sorted = partitions;
  std::sort(sorted.begin(), sorted.end(),
            [](const GptPartition& a, const GptPartition& b) { return a.first_lba < b.first_lba; });
  std::vector<ListedArea> areas;
  uint64_t at = 0;
  auto take_until = [&](uint64_t end, const std::string& name) {
    if (end > at) areas.push_back({at, end - at, Digest(), name});
    at = std::max(at, end);
  };
  for (const GptPartition& partition : sorted) {
    take_until(partition.offset_bytes(), "");
    uint64_t end = partition.offset_bytes() + partition.size_bytes();
    if (IsLeftOut(partition)) {
      at = std::max(at, end);
    } else {
      take_until(end, partition.name.starts_with("airgap-") ? partition.name : "");
    }
  }
  take_until(size_bytes, "");
  return areas;
}

void PutBundle(JsonNode node, const ListedBundle& bundle) {
  node.Put("partition", bundle.partition_name);
  node.Put("name", bundle.name);
  node.Put("version", bundle.version);
  node.Put("digest", bundle.identity.ToString());
}

std::string FormatImageList(const ImageList& list) {
  JsonBuilder document;
  JsonNode root = document.root();
  root.Put("sizeBytes", list.size_bytes);
  JsonNode areas = root.PutArray("areas");
  for (const ListedArea& area : list.areas) {
    JsonNode node = areas.AddObject();
    node.Put("offset", area.offset_bytes);
    node.Put("bytes", area.size_bytes);
    node.Put("digest", area.digest.ToString());
    if (!area.name.empty()) node.Put("name", area.name);
  }
  JsonNode bundles = root.PutArray("bundles");
  for (const ListedBundle& bundle : list.bundles) PutBundle(bundles.AddObject(), bundle);
  return document.ToText();
}

Result<ImageList> ParseImageList(const std::string& text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::image_contents_max_bytes, what));
  ImageList list;
  auto size = document.root()["sizeBytes"].Uint();
  if (!size) return Corrupt(what + " says no size");
  list.size_bytes = *size;
  Status status;
  document.root()["areas"].ForEach([&](JsonView view) {
    Result<ListedArea> area = ParseArea(view, list.size_bytes, what);
    status = area.status();
    if (area.ok()) list.areas.push_back(*std::move(area));
    return status.ok();
  });
  RETURN_IF_ERROR(status);
  document.root()["bundles"].ForEach([&](JsonView view) {
    Result<ListedBundle> bundle = ParseBundle(view);
    status = bundle.status();
    if (bundle.ok()) list.bundles.push_back(*std::move(bundle));
    return status.ok();
  });
  RETURN_IF_ERROR(status);
  if (list.areas.empty()) return Corrupt(what + " lists nothing");
  return list;
}

}  // namespace airgap
