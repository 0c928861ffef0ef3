#include "store/text_partition.h"

#include <algorithm>

#include "base/little_endian.h"
#include "oci/digest.h"

namespace airgap {
namespace {

constexpr size_t kMagicBytes = 16;
constexpr uint32_t kVersion = 1;
constexpr size_t kVersionField = 16;
constexpr size_t kLengthField = 24;
constexpr size_t kDigestField = 32;
constexpr size_t kDigestBytes = 32;
constexpr size_t kHeaderBytes = 512;

static_assert(kSiteText.magic.size() == kMagicBytes && kIdentityText.magic.size() == kMagicBytes);
static_assert(kHeaderBytes + kSiteText.text_max_bytes <= kTextPartitionBytes);
static_assert(kImageText.magic.size() == kMagicBytes);
static_assert(kHeaderBytes + kImageText.text_max_bytes <= kTextPartitionBytes);
static_assert(kHeaderBytes + kIdentityText.text_max_bytes <= kTextPartitionBytes);

std::string DigestOf(std::string_view text) {
  Digest digest = Digest::Of(AsBytes(text));
  return std::string(reinterpret_cast<const char*>(digest.bytes().data()), kDigestBytes);
}

std::string Text(std::string_view view) { return std::string(view); }

Status Damaged(const TextPartition& kind, const ReadableFile& medium) {
  return Corrupt("the " + Text(kind.what) + " on " + medium.name() +
                 " is damaged: " + Text(kind.remedy));
}

Result<std::string> ReadText(const ReadableFile& medium, uint64_t offset, size_t size) {
  std::string text(size, '\0');
  RETURN_IF_ERROR(medium.ReadAt(offset, {reinterpret_cast<uint8_t*>(text.data()), size}));
  return text;
}

}  // namespace

std::string EncodeTextPartition(const TextPartition& kind, std::string_view text) {
  std::string bytes(kTextPartitionBytes, '\0');
  bytes.replace(0, kMagicBytes, kind.magic);
  PutLittle(&bytes, kVersionField, 4, kVersion);
  PutLittle(&bytes, kLengthField, 8, text.size());
  bytes.replace(kDigestField, kDigestBytes, DigestOf(text));
  bytes.replace(kHeaderBytes, text.size(), text);
  return bytes;
}

Result<std::string> ReadTextPartition(const TextPartition& kind, const ReadableFile& medium) {
  ASSIGN_OR_RETURN(GptTable table, ReadGpt(medium));
  std::vector<GptPartition> found = table.PartitionsOf(kind.type);
  if (found.empty()) return NotFound(medium.name() + " carries no " + Text(kind.what));
  if (found.size() > 1) {
    return Corrupt(medium.name() + " carries more than one " + Text(kind.what) + "; want one");
  }
  uint64_t offset = found[0].offset_bytes();
  if (found[0].size_bytes() < kHeaderBytes) return Damaged(kind, medium);
  ASSIGN_OR_RETURN(std::string header, ReadText(medium, offset, kHeaderBytes));
  if (header.compare(0, kMagicBytes, kind.magic) != 0) return Damaged(kind, medium);
  if (GetLittle(header, kVersionField, 4) != kVersion) {
    return Unsupported("the " + Text(kind.what) + " on " + medium.name() +
                       " is of a later version; boot the image that it was built with");
  }
  uint64_t size = GetLittle(header, kLengthField, 8);
  if (size > kind.text_max_bytes || size > found[0].size_bytes() - kHeaderBytes) {
    return Damaged(kind, medium);
  }
  ASSIGN_OR_RETURN(std::string text,
                   ReadText(medium, offset + kHeaderBytes, static_cast<size_t>(size)));
  if (header.compare(kDigestField, kDigestBytes, DigestOf(text)) != 0) return Damaged(kind, medium);
  return text;
}

}  // namespace airgap
