// The base ISO, as far as it must change when partitions are appended: protective MBR, GUID
// partition table, and the volume size that ISO 9660 records.
// ECMA-119 8.4 and 8.5 (volume descriptors), UEFI 2.10 5.2.3 (protective MBR).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"
#include "store/gpt.h"

namespace airgap {

// A sector to be written in place of the base's own.
struct SectorPatch {
  uint64_t offset_bytes = 0;
  std::string bytes;
};

class BaseMedium {
 public:
  // Checks that `path` is a hybrid ISO with a whole GPT; kCorrupt says what is missing.
  static Result<BaseMedium> Open(Env* env, const std::string& path);

  const ReadableFile& file() const { return *file_; }
  std::shared_ptr<ReadableFile> shared_file() const { return file_; }
  const GptTable& table() const { return table_; }
  // Up to and with the backup table. The file may be longer: a stick it was written to.
  uint64_t size_bytes() const { return (table_.alternate_lba + 1) * kGptBlockBytes; }
  // What the backup table takes at the end of the base, which becomes plain filler.
  uint64_t BackupTableOffset() const {
    return (table_.alternate_lba - table_.EntriesBlocks()) * kGptBlockBytes;
  }

  // From now on the volume's modification time is what volume_stamp.h makes of this.
  void StampVolume(const Digest& digest, bool has_site);

  // Everything that says where partitions lie and how large the medium is, for a medium of
  // `total_bytes` (a multiple of 2048) with `added` partitions.
  std::vector<SectorPatch> PatchesFor(uint64_t total_bytes,
                                      const std::vector<GptPartition>& added) const;

 private:
  Status ReadMbr();
  Status ReadTable();
  Status ReadVolumeDescriptors();
  Result<std::string> ReadSector(uint64_t offset, size_t size) const;

  std::shared_ptr<ReadableFile> file_;
  GptTable table_;
  std::string mbr_;
  std::vector<SectorPatch> volume_descriptors_;  // primary and supplementary, unchanged
};

}  // namespace airgap
