#include "store/site_partition.h"

#include <algorithm>

#include "base/limits.h"
#include "oci/digest.h"

namespace airgap {
namespace {

constexpr std::string_view kMagic = "cozy-airgap-site";
constexpr uint32_t kVersion = 1;
constexpr size_t kVersionField = 16;
constexpr size_t kLengthField = 24;
constexpr size_t kDigestField = 32;
constexpr size_t kDigestBytes = 32;
constexpr size_t kHeaderBytes = 512;

static_assert(kHeaderBytes + limits::site_file_max_bytes <= kSitePartitionBytes);

void PutLittle(std::string* bytes, size_t offset, size_t size, uint64_t value) {
  for (size_t i = 0; i < size; ++i) {
    (*bytes)[offset + i] = static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

uint64_t GetLittle(const std::string& bytes, size_t offset, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
  return value;
}

std::string DigestOf(std::string_view text) {
  Digest digest = Digest::Of(AsBytes(text));
  return std::string(reinterpret_cast<const char*>(digest.bytes().data()), kDigestBytes);
}

Status Damaged(const ReadableFile& medium) {
  return Corrupt("the site file on " + medium.name() +
                 " is damaged: build the image again with --site, or copy it again");
}

Result<std::string> ReadText(const ReadableFile& medium, uint64_t offset, size_t size) {
  std::string text(size, '\0');
  RETURN_IF_ERROR(medium.ReadAt(offset, {reinterpret_cast<uint8_t*>(text.data()), size}));
  return text;
}

}  // namespace

std::string EncodeSitePartition(std::string_view text) {
  std::string bytes(kSitePartitionBytes, '\0');
  bytes.replace(0, kMagic.size(), kMagic);
  PutLittle(&bytes, kVersionField, 4, kVersion);
  PutLittle(&bytes, kLengthField, 8, text.size());
  bytes.replace(kDigestField, kDigestBytes, DigestOf(text));
  bytes.replace(kHeaderBytes, text.size(), text);
  return bytes;
}

Result<std::string> ReadSitePartition(const ReadableFile& medium) {
  ASSIGN_OR_RETURN(GptTable table, ReadGpt(medium));
  std::vector<GptPartition> found = table.SitePartitions();
  if (found.empty()) return NotFound(medium.name() + " carries no site file");
  if (found.size() > 1) return Corrupt(medium.name() + " carries several site files; want one");
  uint64_t offset = found[0].offset_bytes();
  if (found[0].size_bytes() < kHeaderBytes) return Damaged(medium);
  ASSIGN_OR_RETURN(std::string header, ReadText(medium, offset, kHeaderBytes));
  if (header.compare(0, kMagic.size(), kMagic) != 0) return Damaged(medium);
  if (GetLittle(header, kVersionField, 4) != kVersion) {
    return Unsupported("the site file on " + medium.name() +
                       " is of a later version; boot the image that it was built with");
  }
  uint64_t size = GetLittle(header, kLengthField, 8);
  if (size > limits::site_file_max_bytes || size > found[0].size_bytes() - kHeaderBytes) {
    return Damaged(medium);
  }
  ASSIGN_OR_RETURN(std::string text,
                   ReadText(medium, offset + kHeaderBytes, static_cast<size_t>(size)));
  if (header.compare(kDigestField, kDigestBytes, DigestOf(text)) != 0) return Damaged(medium);
  return text;
}

}  // namespace airgap
