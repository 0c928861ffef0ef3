// The GUID partition table: where bundles lie on an appliance image, a stick or a CD.
// UEFI 2.10, 5.3: https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
//
// Blocks are 512 bytes here whatever the medium's own sectors are: the table of a hybrid ISO is
// written in 512-byte units, and on a CD (2048) it is read as it stands.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

inline constexpr uint64_t kGptBlockBytes = 512;
inline constexpr uint32_t kGptEntryMinBytes = 128;
inline constexpr uint32_t kGptEntryMaxBytes = 4096;
inline constexpr uint32_t kGptEntriesMaxCount = 1024;
inline constexpr size_t kGptNameMaxUnits = 36;  // UTF-16 code units

struct Guid {
  std::array<uint8_t, 16> bytes{};  // as on disk: the first three groups little-endian

  // "7A1B6C2E-5D0F-4E3A-9B57-C0A1B2D3E4F5", either case.
  static Result<Guid> Parse(std::string_view text);
  std::string ToString() const;
  bool IsZero() const { return *this == Guid(); }
  friend auto operator<=>(const Guid&, const Guid&) = default;
};

// 7A1B6C2E-5D0F-4E3A-9B57-C0A1B2D3E4F5: the type of a partition that holds one bundle. The name
// follows FORMAT.md "In a partition". Never changes.
inline constexpr Guid kBundlePartitionType = {{0x2E, 0x6C, 0x1B, 0x7A, 0x0F, 0x5D, 0x3A, 0x4E, 0x9B,
                                               0x57, 0xC0, 0xA1, 0xB2, 0xD3, 0xE4, 0xF5}};

// 2C0E9F54-6A1B-4D38-8E27-51B3D4C6A7F8: the type of a partition that holds the site file. Never
// changes.
inline constexpr Guid kSitePartitionType = {{0x54, 0x9F, 0x0E, 0x2C, 0x1B, 0x6A, 0x38, 0x4D, 0x8E,
                                             0x27, 0x51, 0xB3, 0xD4, 0xC6, 0xA7, 0xF8}};

// 91D4B8E3-7C52-4F6A-A3D1-0E8F5B6C7D29: the type of a partition that holds the identity. Never
// changes.
inline constexpr Guid kIdentityPartitionType = {{0xE3, 0xB8, 0xD4, 0x91, 0x52, 0x7C, 0x6A, 0x4F,
                                                 0xA3, 0xD1, 0x0E, 0x8F, 0x5B, 0x6C, 0x7D, 0x29}};

// E0F8A1C4-3B57-4D2E-9A86-5C1D7F20B3A9: the type of the partition for the appliance's state, the
// only one that it ever writes to. Never changes.
inline constexpr Guid kStatePartitionType = {{0xC4, 0xA1, 0xF8, 0xE0, 0x57, 0x3B, 0x2E, 0x4D, 0x9A,
                                              0x86, 0x5C, 0x1D, 0x7F, 0x20, 0xB3, 0xA9}};
inline constexpr char kStatePartitionName[] = "airgap-state";

// 5B7E2D18-9C46-4A0F-B3E5-D27F8A16C04E: the type of a partition that holds the list of an image.
// Never changes.
inline constexpr Guid kImagePartitionType = {{0x18, 0x2D, 0x7E, 0x5B, 0x46, 0x9C, 0x0F, 0x4A, 0xB3,
                                              0xE5, 0xD2, 0x7F, 0x8A, 0x16, 0xC0, 0x4E}};

struct GptPartition {
  uint32_t number = 0;  // from 1: the entry's place in the table, as sgdisk and the kernel count
  Guid type;
  Guid unique;
  uint64_t first_lba = 0;
  uint64_t last_lba = 0;  // inclusive
  uint64_t attributes = 0;
  std::string name;  // UTF-8

  uint64_t offset_bytes() const { return first_lba * kGptBlockBytes; }
  uint64_t size_bytes() const { return (last_lba - first_lba + 1) * kGptBlockBytes; }
};

struct GptTable {
  bool from_backup = false;  // the primary header or its entries were damaged or missing
  Guid disk;
  uint64_t header_lba = 0;     // where the header that was read says it stands
  uint64_t alternate_lba = 0;  // where it says the other one stands
  uint64_t first_usable_lba = 0;
  uint64_t last_usable_lba = 0;
  uint64_t entries_lba = 0;
  uint32_t entries_count = 0;
  uint32_t entry_bytes = 0;
  std::string raw_entries;               // entries_count * entry_bytes
  std::vector<GptPartition> partitions;  // the entries in use, in table order

  // Blocks that an array of entries takes.
  uint64_t EntriesBlocks() const;
  std::vector<GptPartition> PartitionsOf(const Guid& type) const;
  std::vector<GptPartition> BundlePartitions() const { return PartitionsOf(kBundlePartitionType); }
};

// The primary table, or the backup in the last block when the primary is damaged. Errors:
// kNotFound (neither signature is there: no GPT), kCorrupt (there is one, and no copy is whole),
// or what reading gave.
Result<GptTable> ReadGpt(const ReadableFile& file);

// Writes `partition` over its entry in `table->raw_entries` and `table->partitions`. The number
// must be within entries_count; the name is cut after kGptNameMaxUnits.
void PutGptPartition(GptTable* table, const GptPartition& partition);

// The header block for `header_lba`, whose entries stand at `entries_lba` and whose other copy
// stands at `alternate_lba`; everything else is taken from `table`. 512 bytes.
std::string FormatGptHeader(const GptTable& table, uint64_t header_lba, uint64_t alternate_lba,
                            uint64_t entries_lba);

}  // namespace airgap
