// What an image consists of, written into it when it is built, so that a copy can be proven:
// FORMAT.md, "The list of an image".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/status.h"
#include "oci/digest.h"
#include "store/gpt.h"

namespace airgap {

// A stretch of the medium that nobody changes.
struct ListedArea {
  uint64_t offset_bytes = 0;
  uint64_t size_bytes = 0;
  Digest digest;
  std::string name;  // of the partition of ours that it is; empty: what boots the medium
};

struct ListedBundle {
  std::string partition_name;
  std::string name;
  std::string version;
  Digest identity;
};

// Its members in JSON, as the list has them and `image verify` tells them.
void PutBundle(JsonNode node, const ListedBundle& bundle);

struct ImageList {
  uint64_t size_bytes = 0;  // of the image
  std::vector<ListedArea> areas;
  std::vector<ListedBundle> bundles;
};

// Everything of a medium of `size_bytes` but bundles, which have digests of their own, the state,
// and the list itself; without digests yet.
std::vector<ListedArea> AreasToList(const std::vector<GptPartition>& partitions,
                                    uint64_t size_bytes);

std::string FormatImageList(const ImageList& list);
// kCorrupt: it is none.
Result<ImageList> ParseImageList(const std::string& text, const std::string& what);

}  // namespace airgap
