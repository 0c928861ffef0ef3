// Where the partitions of an appliance image lie: behind the base, one after the other, each at a
// whole MiB.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compose/base_medium.h"
#include "oci/digest.h"

namespace airgap {

class PartitionLayout {
 public:
  // `base` must outlive it.
  explicit PartitionLayout(const BaseMedium& base);

  // A partition of `bytes`, rounded up. Its unique GUID follows from the base's disk GUID and
  // `content`, so that the same inputs give the same image. kLimitExceeded: the table is full.
  Result<GptPartition> Append(const Guid& type, const std::string& name, uint64_t bytes,
                              const Digest& content);

  const std::vector<GptPartition>& added() const { return added_; }
  // With the backup table behind the last partition.
  uint64_t image_bytes() const;

 private:
  const BaseMedium& base_;
  uint32_t last_number_ = 0;
  uint64_t end_bytes_ = 0;
  std::vector<GptPartition> added_;
};

}  // namespace airgap
