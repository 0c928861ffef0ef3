#include "compose/partition_layout.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kAlignBytes = limits::kMiB;

uint64_t AlignUp(uint64_t bytes) { return (bytes + kAlignBytes - 1) / kAlignBytes * kAlignBytes; }

// RFC 9562 5.8: version 8, made by rules of our own.
Guid UniqueOf(const Guid& disk, const Digest& content) {
  Digest digest = Digest::Of(AsBytes(disk.ToString() + " " + content.ToString()));
  Guid unique;
  std::copy_n(digest.bytes().begin(), unique.bytes.size(), unique.bytes.begin());
  unique.bytes[7] = static_cast<uint8_t>(0x80 | (unique.bytes[7] & 0x0F));
  unique.bytes[8] = static_cast<uint8_t>(0x80 | (unique.bytes[8] & 0x3F));
  return unique;
}

}  // namespace

PartitionLayout::PartitionLayout(const BaseMedium& base)
    : base_(base), end_bytes_(AlignUp(base.size_bytes())) {
  for (const GptPartition& partition : base.table().partitions) {
    last_number_ = std::max(last_number_, partition.number);
  }
}

Result<GptPartition> PartitionLayout::Append(const Guid& type, const std::string& name,
                                             uint64_t bytes, const Digest& content) {
  if (last_number_ >= base_.table().entries_count) {
    return LimitExceeded(base_.file().name() + " has a partition table with room for only " +
                         std::to_string(base_.table().entries_count) + " partitions");
  }
  GptPartition partition;
  partition.number = ++last_number_;
  partition.type = type;
  partition.name = name;
  partition.unique = UniqueOf(base_.table().disk, content);
  partition.first_lba = end_bytes_ / kGptBlockBytes;
  end_bytes_ = AlignUp(end_bytes_ + bytes);
  partition.last_lba = end_bytes_ / kGptBlockBytes - 1;
  added_.push_back(partition);
  return partition;
}

uint64_t PartitionLayout::image_bytes() const {
  return AlignUp(end_bytes_ + (base_.table().EntriesBlocks() + 1) * kGptBlockBytes);
}

}  // namespace airgap
