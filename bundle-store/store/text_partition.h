// A text in a partition of its own on an appliance image: the site file, the identity. FORMAT.md,
// "A text in a partition". What the text means is not this file's affair.
#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/limits.h"
#include "base/status.h"
#include "store/gpt.h"

namespace airgap {

inline constexpr uint64_t kTextPartitionBytes = uint64_t{1} << 20;

// One kind of them, of which a medium has one at most.
struct TextPartition {
  Guid type;
  std::string_view name;   // of the partition
  std::string_view magic;  // 16 bytes
  size_t text_max_bytes;
  std::string_view what;    // for people: "site file"
  std::string_view remedy;  // for people, when it is damaged
};

inline constexpr TextPartition kSiteText = {
    kSitePartitionType, "airgap-site",
    "cozy-airgap-site", limits::site_file_max_bytes,
    "site file",        "build the image again with --site, or copy it again"};

// Certificates and a key in PEM: net/authority.h says which.
inline constexpr TextPartition kIdentityText = {
    kIdentityPartitionType,
    "airgap-identity",
    std::string_view("airgap-identity\0", 16),
    limits::identity_max_bytes,
    "identity",
    "copy the image again, or build it with --new-identity"};

// What the image consists of: compose/image_list.h.
inline constexpr TextPartition kImageText = {
    kImagePartitionType,     "airgap-image",
    "cozy-airgap-list",      limits::image_contents_max_bytes,
    "list of what it holds", "copy the image again"};

// The whole content of the partition. `text` has at most kind.text_max_bytes.
std::string EncodeTextPartition(const TextPartition& kind, std::string_view text);

// The text in the one such partition of a medium. Errors: kNotFound (no table, or none such),
// kCorrupt (not what was written, or several), kUnsupported (a newer version), or what reading
// gave.
Result<std::string> ReadTextPartition(const TextPartition& kind, const ReadableFile& medium);

}  // namespace airgap
