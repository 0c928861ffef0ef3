#include "compose/base_medium.h"

#include <algorithm>

#include "base/little_endian.h"
#include "compose/volume_stamp.h"

namespace airgap {
namespace {

constexpr uint64_t kIsoSectorBytes = 2048;
constexpr uint64_t kFirstDescriptorSector = 16;
constexpr uint64_t kDescriptorsMaxCount = 64;
constexpr uint8_t kPrimaryDescriptor = 1;
constexpr uint8_t kSupplementaryDescriptor = 2;
constexpr uint8_t kDescriptorsEnd = 255;
constexpr size_t kVolumeSpaceSizeField = 80;
constexpr size_t kLogicalBlockSizeField = 128;

constexpr size_t kMbrBytes = 512;
constexpr size_t kMbrEntries = 4;
constexpr size_t kMbrFirstEntry = 446;
constexpr size_t kMbrEntryBytes = 16;
constexpr size_t kMbrTypeField = 4;
constexpr size_t kMbrEndChsField = 5;
constexpr size_t kMbrStartField = 8;
constexpr size_t kMbrSizeField = 12;
constexpr uint8_t kProtectiveType = 0xEE;
// The last address that cylinders, heads and sectors can say: "look at the LBA".
constexpr char kLastChs[] = "\xFE\xFF\xFF";

void PutBig32(std::string* text, size_t offset, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) {
    (*text)[offset + i] = static_cast<char>(value >> (8 * (3 - i)) & 0xFF);
  }
}

size_t MbrEntryOffset(size_t entry) { return kMbrFirstEntry + entry * kMbrEntryBytes; }

bool IsProtective(const std::string& mbr, size_t entry) {
  return static_cast<uint8_t>(mbr[MbrEntryOffset(entry) + kMbrTypeField]) == kProtectiveType;
}

// The protective entry covers the medium to its end, or as far as 32 bits count.
void SetProtectiveSize(std::string* mbr, uint64_t total_blocks) {
  for (size_t i = 0; i < kMbrEntries; ++i) {
    if (!IsProtective(*mbr, i)) continue;
    size_t entry = MbrEntryOffset(i);
    uint64_t start = GetLittle(*mbr, entry + kMbrStartField, 4);
    uint64_t size = std::min<uint64_t>(total_blocks - start, UINT32_MAX);
    PutLittle(mbr, entry + kMbrSizeField, 4, size);
    mbr->replace(entry + kMbrEndChsField, 3, kLastChs);
  }
}

}  // namespace

Result<BaseMedium> BaseMedium::Open(Env* env, const std::string& path) {
  BaseMedium base;
  ASSIGN_OR_RETURN(base.file_, env->OpenReadable(path));
  RETURN_IF_ERROR(base.ReadMbr());
  RETURN_IF_ERROR(base.ReadTable());
  RETURN_IF_ERROR(base.ReadVolumeDescriptors());
  return base;
}

Result<std::string> BaseMedium::ReadSector(uint64_t offset, size_t size) const {
  if (file_->size_bytes() < size || offset > file_->size_bytes() - size) {
    return Corrupt(file_->name() + " is no base ISO: it has only " +
                   std::to_string(file_->size_bytes()) + " bytes");
  }
  std::string bytes(size, '\0');
  RETURN_IF_ERROR(file_->ReadAt(offset, {reinterpret_cast<uint8_t*>(bytes.data()), size}));
  return bytes;
}

Status BaseMedium::ReadMbr() {
  ASSIGN_OR_RETURN(mbr_, ReadSector(0, kMbrBytes));
  bool has_protective = false;
  for (size_t i = 0; i < kMbrEntries; ++i) has_protective |= IsProtective(mbr_, i);
  if (GetLittle(mbr_, kMbrBytes - 2, 2) != 0xAA55 || !has_protective) {
    return Corrupt(file_->name() + " is no base ISO: it has no protective MBR; use base.iso");
  }
  return OkStatus();
}

Status BaseMedium::ReadTable() {
  Result<GptTable> table = ReadGpt(*file_);
  if (table.status().code() == Code::kNotFound) {
    return Corrupt(file_->name() + " is no base ISO: it has no GUID partition table; use base.iso");
  }
  if (!table.ok()) return table.status();
  table_ = *std::move(table);
  if (table_.from_backup) {
    return Corrupt(file_->name() + " has a damaged partition table; build or copy it again");
  }
  uint64_t blocks = file_->size_bytes() / kGptBlockBytes;
  if (table_.alternate_lba >= blocks) {
    return Corrupt(file_->name() + " is truncated: it has " + std::to_string(blocks) + " of " +
                   std::to_string(table_.alternate_lba + 1) + " blocks; copy it again");
  }
  uint64_t table_end = table_.entries_lba + table_.EntriesBlocks();
  if (table_.alternate_lba < table_end + table_.EntriesBlocks() ||
      table_.first_usable_lba < table_end) {
    return Corrupt(file_->name() + " has a partition table that overlaps what it describes");
  }
  for (const GptPartition& partition : table_.partitions) {
    if (partition.last_lba * kGptBlockBytes >= BackupTableOffset()) {
      return Corrupt(file_->name() + " has a partition past its end; build it again");
    }
  }
  return OkStatus();
}

Status BaseMedium::ReadVolumeDescriptors() {
  for (uint64_t i = 0; i < kDescriptorsMaxCount; ++i) {
    uint64_t offset = (kFirstDescriptorSector + i) * kIsoSectorBytes;
    ASSIGN_OR_RETURN(std::string sector, ReadSector(offset, kIsoSectorBytes));
    auto type = static_cast<uint8_t>(sector[0]);
    if (sector.compare(1, 5, "CD001") != 0) break;
    if (type == kDescriptorsEnd) {
      if (volume_descriptors_.empty()) break;
      return OkStatus();
    }
    if (type != kPrimaryDescriptor && type != kSupplementaryDescriptor) continue;
    if (GetLittle(sector, kLogicalBlockSizeField, 2) != kIsoSectorBytes) {
      return Corrupt(file_->name() + " is no base ISO: its logical blocks are not 2048 bytes");
    }
    volume_descriptors_.push_back({offset, std::move(sector)});
  }
  return Corrupt(file_->name() + " is no base ISO: it has no ISO 9660 volume; use base.iso");
}

void BaseMedium::StampVolume(const Digest& digest, bool has_site) {
  for (SectorPatch& descriptor : volume_descriptors_) {
    PutVolumeStamp(&descriptor.bytes, digest, has_site);
  }
}

std::vector<SectorPatch> BaseMedium::PatchesFor(uint64_t total_bytes,
                                                const std::vector<GptPartition>& added) const {
  uint64_t total_blocks = total_bytes / kGptBlockBytes;
  std::string mbr = mbr_;
  SetProtectiveSize(&mbr, total_blocks);

  GptTable table = table_;
  for (const GptPartition& partition : added) PutGptPartition(&table, partition);
  uint64_t backup_lba = total_blocks - 1;
  uint64_t backup_entries_lba = backup_lba - table.EntriesBlocks();
  table.last_usable_lba = backup_entries_lba - 1;

  std::vector<SectorPatch> patches = {
      {0, std::move(mbr)},
      {table.header_lba * kGptBlockBytes,
       FormatGptHeader(table, table.header_lba, backup_lba, table.entries_lba)},
      {table.entries_lba * kGptBlockBytes, table.raw_entries},
  };
  auto sectors =
      static_cast<uint32_t>(std::min<uint64_t>(total_bytes / kIsoSectorBytes, UINT32_MAX));
  for (SectorPatch descriptor : volume_descriptors_) {
    PutLittle(&descriptor.bytes, kVolumeSpaceSizeField, 4, sectors);
    PutBig32(&descriptor.bytes, kVolumeSpaceSizeField + 4, sectors);
    patches.push_back(std::move(descriptor));
  }
  patches.push_back({backup_entries_lba * kGptBlockBytes, table.raw_entries});
  patches.push_back({backup_lba * kGptBlockBytes,
                     FormatGptHeader(table, backup_lba, table.header_lba, backup_entries_lba)});
  return patches;
}

}  // namespace airgap
