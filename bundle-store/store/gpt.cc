#include "store/gpt.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/little_endian.h"

namespace airgap {
namespace {

constexpr char kSignature[] = "EFI PART";
constexpr size_t kSignatureBytes = 8;
constexpr uint32_t kRevision = 0x00010000;
constexpr uint32_t kHeaderBytes = 92;
constexpr uint64_t kPrimaryLba = 1;
// LBAs beyond this would overflow when counted in bytes.
constexpr uint64_t kLbaEnd = uint64_t{1} << 54;

// Offsets of the header's fields.
constexpr size_t kRevisionField = 8;
constexpr size_t kHeaderSizeField = 12;
constexpr size_t kHeaderCrcField = 16;
constexpr size_t kMyLbaField = 24;
constexpr size_t kAlternateLbaField = 32;
constexpr size_t kFirstUsableField = 40;
constexpr size_t kLastUsableField = 48;
constexpr size_t kDiskGuidField = 56;
constexpr size_t kEntriesLbaField = 72;
constexpr size_t kEntriesCountField = 80;
constexpr size_t kEntryBytesField = 84;
constexpr size_t kEntriesCrcField = 88;

// Offsets of an entry's fields.
constexpr size_t kUniqueField = 16;
constexpr size_t kFirstLbaField = 32;
constexpr size_t kLastLbaField = 40;
constexpr size_t kAttributesField = 48;
constexpr size_t kNameField = 56;

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320 : 0);
    table[i] = value;
  }
  return table;
}

uint32_t Crc32(std::string_view text) {
  static constexpr std::array<uint32_t, 256> kTable = MakeCrcTable();
  uint32_t crc = 0xFFFFFFFF;
  for (char c : text) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF];
  return ~crc;
}

Guid GetGuid(std::string_view text, size_t offset) {
  Guid guid;
  memcpy(guid.bytes.data(), text.data() + offset, guid.bytes.size());
  return guid;
}

void PutGuid(std::string* text, size_t offset, const Guid& guid) {
  memcpy(text->data() + offset, guid.bytes.data(), guid.bytes.size());
}

// Names on bundles' media are ASCII; what is not in the basic plane shows as U+FFFD.
std::string GetName(std::string_view entry) {
  std::string name;
  for (size_t i = 0; i < kGptNameMaxUnits; ++i) {
    auto unit = static_cast<uint32_t>(GetLittle(entry, kNameField + 2 * i, 2));
    if (unit == 0) break;
    if (unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
    if (unit < 0x80) {
      name += static_cast<char>(unit);
    } else if (unit < 0x800) {
      name += static_cast<char>(0xC0 | unit >> 6);
      name += static_cast<char>(0x80 | (unit & 0x3F));
    } else {
      name += static_cast<char>(0xE0 | unit >> 12);
      name += static_cast<char>(0x80 | (unit >> 6 & 0x3F));
      name += static_cast<char>(0x80 | (unit & 0x3F));
    }
  }
  return name;
}

class GptReader {
 public:
  explicit GptReader(const ReadableFile& file) : file_(file) {}

  Result<GptTable> Read() {
    Result<GptTable> primary = ReadAtLba(kPrimaryLba);
    if (primary.ok()) return primary;
    uint64_t blocks = file_.size_bytes() / kGptBlockBytes;
    if (blocks <= kPrimaryLba + 1) return primary;
    Result<GptTable> backup = ReadAtLba(blocks - 1);
    if (backup.ok()) {
      backup->from_backup = true;
      return backup;
    }
    bool backup_says_more =
        primary.status().code() == Code::kNotFound && backup.status().code() == Code::kCorrupt;
    return backup_says_more ? backup : primary;
  }

 private:
  Status Damaged(uint64_t lba, const char* what) const {
    return Corrupt("the partition table of " + file_.name() + " at block " + std::to_string(lba) +
                   " has " + what + "; write the medium again");
  }

  Result<GptTable> ReadAtLba(uint64_t lba) {
    if (file_.size_bytes() / kGptBlockBytes <= lba) {
      return NotFound(file_.name() + " has no GUID partition table");
    }
    std::string header(kGptBlockBytes, '\0');
    RETURN_IF_ERROR(ReadInto(lba * kGptBlockBytes, &header));
    if (header.compare(0, kSignatureBytes, kSignature) != 0) {
      return NotFound(file_.name() + " has no GUID partition table");
    }
    GptTable table;
    RETURN_IF_ERROR(ParseHeader(header, lba, &table));
    table.raw_entries.resize(size_t{table.entries_count} * table.entry_bytes);
    RETURN_IF_ERROR(ReadInto(table.entries_lba * kGptBlockBytes, &table.raw_entries));
    if (Crc32(table.raw_entries) != GetLittle(header, kEntriesCrcField, 4)) {
      return Damaged(lba, "entries that do not match their checksum");
    }
    RETURN_IF_ERROR(ParseEntries(lba, &table));
    return table;
  }

  Status ReadInto(uint64_t offset, std::string* text) {
    return file_.ReadAt(offset, {reinterpret_cast<uint8_t*>(text->data()), text->size()});
  }

  Status ParseHeader(std::string header, uint64_t lba, GptTable* table) const {
    uint64_t header_bytes = GetLittle(header, kHeaderSizeField, 4);
    if (GetLittle(header, kRevisionField, 4) != kRevision || header_bytes < kHeaderBytes ||
        header_bytes > kGptBlockBytes) {
      return Damaged(lba, "an unknown revision or header size");
    }
    uint64_t crc = GetLittle(header, kHeaderCrcField, 4);
    PutLittle(&header, kHeaderCrcField, 4, 0);
    if (Crc32(std::string_view(header).substr(0, header_bytes)) != crc) {
      return Damaged(lba, "a header that does not match its checksum");
    }
    table->header_lba = GetLittle(header, kMyLbaField, 8);
    table->alternate_lba = GetLittle(header, kAlternateLbaField, 8);
    table->first_usable_lba = GetLittle(header, kFirstUsableField, 8);
    table->last_usable_lba = GetLittle(header, kLastUsableField, 8);
    table->disk = GetGuid(header, kDiskGuidField);
    table->entries_lba = GetLittle(header, kEntriesLbaField, 8);
    uint64_t count = GetLittle(header, kEntriesCountField, 4);
    uint64_t entry_bytes = GetLittle(header, kEntryBytesField, 4);
    if (table->header_lba != lba) return Damaged(lba, "a header that belongs elsewhere");
    if (count == 0 || count > kGptEntriesMaxCount || entry_bytes < kGptEntryMinBytes ||
        entry_bytes > kGptEntryMaxBytes || !std::has_single_bit(entry_bytes)) {
      return Damaged(lba, "an impossible number or size of entries");
    }
    uint64_t blocks = file_.size_bytes() / kGptBlockBytes;
    uint64_t entries_blocks = (count * entry_bytes + kGptBlockBytes - 1) / kGptBlockBytes;
    if (table->entries_lba >= blocks || entries_blocks > blocks - table->entries_lba) {
      return Damaged(lba, "entries that lie past the end of the medium");
    }
    table->entries_count = static_cast<uint32_t>(count);
    table->entry_bytes = static_cast<uint32_t>(entry_bytes);
    return OkStatus();
  }

  Status ParseEntries(uint64_t lba, GptTable* table) const {
    for (uint32_t i = 0; i < table->entries_count; ++i) {
      std::string_view entry(table->raw_entries);
      entry = entry.substr(size_t{i} * table->entry_bytes, table->entry_bytes);
      GptPartition partition;
      partition.type = GetGuid(entry, 0);
      if (partition.type.IsZero()) continue;
      partition.number = i + 1;
      partition.unique = GetGuid(entry, kUniqueField);
      partition.first_lba = GetLittle(entry, kFirstLbaField, 8);
      partition.last_lba = GetLittle(entry, kLastLbaField, 8);
      partition.attributes = GetLittle(entry, kAttributesField, 8);
      partition.name = GetName(entry);
      if (partition.first_lba > partition.last_lba || partition.last_lba >= kLbaEnd) {
        return Damaged(lba, "a partition that ends before it begins");
      }
      table->partitions.push_back(std::move(partition));
    }
    return OkStatus();
  }

  const ReadableFile& file_;
};

}  // namespace

Result<Guid> Guid::Parse(std::string_view text) {
  static constexpr std::string_view kShape = "00000000-0000-0000-0000-000000000000";
  // Where each pair of digits of the text goes.
  static constexpr uint8_t kPlaces[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  Status malformed = InvalidArgument("'" + std::string(text.substr(0, 64)) + "' is no GUID");
  if (text.size() != kShape.size()) return malformed;
  Guid guid;
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (kShape[i] == '-') {
      if (c != '-') return malformed;
      continue;
    }
    int value = -1;
    if (c >= '0' && c <= '9') value = c - '0';
    if (c >= 'a' && c <= 'f') value = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') value = c - 'A' + 10;
    if (value < 0) return malformed;
    uint8_t& place = guid.bytes[kPlaces[digits / 2]];
    place = static_cast<uint8_t>(place << 4 | value);
    ++digits;
  }
  return guid;
}

std::string Guid::ToString() const {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  static constexpr int kOrder[] = {3,  2, 1, 0,  -1, 5,  4,  -1, 7,  6,
                                   -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
  std::string text;
  for (int place : kOrder) {
    if (place < 0) {
      text += '-';
      continue;
    }
    uint8_t byte = bytes[static_cast<size_t>(place)];
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xF];
  }
  return text;
}

uint64_t GptTable::EntriesBlocks() const {
  return (uint64_t{entries_count} * entry_bytes + kGptBlockBytes - 1) / kGptBlockBytes;
}

std::vector<GptPartition> GptTable::PartitionsOf(const Guid& type) const {
  std::vector<GptPartition> found;
  std::copy_if(partitions.begin(), partitions.end(), std::back_inserter(found),
               [&](const GptPartition& partition) { return partition.type == type; });
  return found;
}

Result<GptTable> ReadGpt(const ReadableFile& file) { return GptReader(file).Read(); }

void PutGptPartition(GptTable* table, const GptPartition& partition) {
  std::string entry(table->entry_bytes, '\0');
  PutGuid(&entry, 0, partition.type);
  PutGuid(&entry, kUniqueField, partition.unique);
  PutLittle(&entry, kFirstLbaField, 8, partition.first_lba);
  PutLittle(&entry, kLastLbaField, 8, partition.last_lba);
  PutLittle(&entry, kAttributesField, 8, partition.attributes);
  for (size_t i = 0; i < std::min(partition.name.size(), kGptNameMaxUnits); ++i) {
    auto c = static_cast<uint8_t>(partition.name[i]);
    PutLittle(&entry, kNameField + 2 * i, 2, c < 0x80 ? c : '?');
  }
  size_t offset = size_t{partition.number - 1} * table->entry_bytes;
  table->raw_entries.replace(offset, entry.size(), entry);
  auto place = std::find_if(table->partitions.begin(), table->partitions.end(),
                            [&](const GptPartition& p) { return p.number >= partition.number; });
  if (place != table->partitions.end() && place->number == partition.number) {
    *place = partition;
  } else {
    table->partitions.insert(place, partition);
  }
}

std::string FormatGptHeader(const GptTable& table, uint64_t header_lba, uint64_t alternate_lba,
                            uint64_t entries_lba) {
  std::string header(kGptBlockBytes, '\0');
  header.replace(0, kSignatureBytes, kSignature);
  PutLittle(&header, kRevisionField, 4, kRevision);
  PutLittle(&header, kHeaderSizeField, 4, kHeaderBytes);
  PutLittle(&header, kMyLbaField, 8, header_lba);
  PutLittle(&header, kAlternateLbaField, 8, alternate_lba);
  PutLittle(&header, kFirstUsableField, 8, table.first_usable_lba);
  PutLittle(&header, kLastUsableField, 8, table.last_usable_lba);
  PutGuid(&header, kDiskGuidField, table.disk);
  PutLittle(&header, kEntriesLbaField, 8, entries_lba);
  PutLittle(&header, kEntriesCountField, 4, table.entries_count);
  PutLittle(&header, kEntryBytesField, 4, table.entry_bytes);
  PutLittle(&header, kEntriesCrcField, 4, Crc32(table.raw_entries));
  PutLittle(&header, kHeaderCrcField, 4, Crc32(std::string_view(header).substr(0, kHeaderBytes)));
  return header;
}

}  // namespace airgap
