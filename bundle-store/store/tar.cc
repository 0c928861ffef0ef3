#include "store/tar.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>

namespace airgap {
namespace {

using Block = std::array<uint8_t, kTarBlockBytes>;

// Offsets of the ustar header's fields.
constexpr size_t kSizeField = 124;
constexpr size_t kSizeFieldBytes = 12;
constexpr size_t kChecksumField = 148;
constexpr size_t kChecksumFieldBytes = 8;
constexpr size_t kTypeField = 156;
constexpr size_t kMagicField = 257;
constexpr size_t kPrefixField = 345;
constexpr size_t kPrefixFieldBytes = 155;
constexpr uint64_t kPaxMaxBytes = 512;

// Octal digits ended by NUL or space, as the standard writes them.
std::optional<uint64_t> ParseOctal(const uint8_t* field, size_t size) {
  uint64_t value = 0;
  size_t i = 0;
  while (i < size && field[i] == ' ') ++i;
  size_t digits = 0;
  for (; i < size && field[i] >= '0' && field[i] <= '7'; ++i, ++digits) {
    value = value * 8 + (field[i] - '0');
  }
  for (; i < size; ++i) {
    if (field[i] != 0 && field[i] != ' ') return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  return value;
}

uint64_t Checksum(const Block& block) {
  uint64_t sum = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    bool in_field = i >= kChecksumField && i < kChecksumField + kChecksumFieldBytes;
    sum += in_field ? ' ' : block[i];
  }
  return sum;
}

std::string FieldText(const Block& block, size_t offset, size_t size) {
  const char* start = reinterpret_cast<const char*>(block.data()) + offset;
  return std::string(start, strnlen(start, size));
}

const char* TypeName(uint8_t type) {
  switch (type) {
    case '1':
      return "a hard link";
    case '2':
      return "a symbolic link";
    case '3':
      return "a character device";
    case '4':
      return "a block device";
    case '5':
      return "a folder";
    case '6':
      return "a pipe";
    case 'g':
      return "a pax global header";
    case 'L':
    case 'K':
      return "a GNU long name";
    case 'S':
      return "a sparse file";
    default:
      return "of an unknown type";
  }
}

// The name as it may stand in an error line.
std::string Shown(const std::string& name) {
  std::string shown;
  for (char c : name) shown += (c >= ' ' && c < 0x7f) ? c : '?';
  return "'" + shown + "'";
}

Status CheckName(const std::string& name) {
  const char* problem = nullptr;
  if (name.empty()) problem = "an empty name";
  if (!name.empty() && name.front() == '/') problem = "an absolute name";
  for (size_t start = 0; problem == nullptr && start <= name.size();) {
    size_t end = std::min(name.find('/', start), name.size());
    std::string part = name.substr(start, end - start);
    if (part == "..")
      problem = "a name that leaves the bundle (..)";
    else if (part.empty() || part == ".")
      problem = "a name with an empty component";
    start = end + 1;
  }
  if (problem == nullptr) return OkStatus();
  return Corrupt("tar entry " + Shown(name) + " has " + problem);
}

// "<length> size=<decimal>\n", and nothing else.
std::optional<uint64_t> ParsePaxSize(std::string_view record) {
  constexpr std::string_view kKey = " size=";
  const char* end = record.data() + record.size();
  size_t length = 0;
  auto [after_length, bad_length] = std::from_chars(record.data(), end, length);
  if (bad_length != std::errc() || length != record.size()) return std::nullopt;
  std::string_view rest(after_length, static_cast<size_t>(end - after_length));
  if (rest.substr(0, kKey.size()) != kKey) return std::nullopt;
  uint64_t size = 0;
  auto [after_size, bad_size] = std::from_chars(after_length + kKey.size(), end, size);
  if (bad_size != std::errc() || after_size + 1 != end || *after_size != '\n') return std::nullopt;
  return size;
}

class HeaderReader {
 public:
  HeaderReader(const ReadableFile& file, uint64_t base, uint64_t size)
      : file_(file), base_(base), size_(size) {}

  Result<TarEntry> Read(uint64_t offset) {
    Block block{};
    RETURN_IF_ERROR(ReadBlock(offset, &block));
    TarEntry entry;
    entry.header_offset_bytes = offset;
    if (IsZero(block)) {
      entry.is_end = true;
      return entry;
    }
    RETURN_IF_ERROR(CheckBlock(block, offset));
    std::optional<uint64_t> pax_size;
    if (block[kTypeField] == 'x') {
      ASSIGN_OR_RETURN(pax_size, ReadPax(block, offset + kTarBlockBytes));
      offset += 2 * kTarBlockBytes;
      RETURN_IF_ERROR(ReadBlock(offset, &block));
      RETURN_IF_ERROR(CheckBlock(block, offset));
    }
    entry.name = FieldText(block, 0, kTarNameMaxBytes);
    RETURN_IF_ERROR(CheckProfile(block, entry.name).WithContext(file_.name()));
    std::optional<uint64_t> size =
        pax_size ? pax_size : ParseOctal(block.data() + kSizeField, kSizeFieldBytes);
    entry.payload_offset_bytes = offset + kTarBlockBytes;
    if (!size) {
      return Corrupt(file_.name() + ": tar entry " + Shown(entry.name) + " has no valid size");
    }
    if (*size > size_ || entry.payload_offset_bytes > size_ - *size) {
      return Corrupt("tar entry " + Shown(entry.name) + " of " + std::to_string(*size) +
                     " bytes goes past the end of " + file_.name() +
                     "; the bundle is truncated, copy it again");
    }
    entry.size_bytes = *size;
    return entry;
  }

 private:
  Status ReadBlock(uint64_t offset, Block* block) {
    if (offset > size_ || size_ - offset < kTarBlockBytes) {
      return Corrupt(file_.name() + " ends at byte " + std::to_string(size_) +
                     " where a tar header should be; the bundle is truncated, copy it again");
    }
    return file_.ReadAt(base_ + offset, {block->data(), block->size()});
  }

  static bool IsZero(const Block& block) {
    for (uint8_t byte : block) {
      if (byte != 0) return false;
    }
    return true;
  }

  Status CheckBlock(const Block& block, uint64_t offset) {
    std::optional<uint64_t> sum = ParseOctal(block.data() + kChecksumField, kChecksumFieldBytes);
    if (!sum || *sum != Checksum(block) || memcmp(block.data() + kMagicField, "ustar", 5) != 0) {
      return Corrupt(file_.name() + " has no tar header at byte " + std::to_string(offset) +
                     "; it is no bundle, or damaged");
    }
    return OkStatus();
  }

  Status CheckProfile(const Block& block, const std::string& name) {
    RETURN_IF_ERROR(CheckName(name));
    uint8_t type = block[kTypeField];
    if (type != '0') {
      return Corrupt("tar entry " + Shown(name) + " is " + TypeName(type) +
                     "; a bundle holds regular files only");
    }
    if (!FieldText(block, kPrefixField, kPrefixFieldBytes).empty()) {
      return Corrupt("tar entry " + Shown(name) + " has a name of more than 100 bytes");
    }
    return OkStatus();
  }

  Result<std::optional<uint64_t>> ReadPax(const Block& header, uint64_t offset) {
    std::optional<uint64_t> length = ParseOctal(header.data() + kSizeField, kSizeFieldBytes);
    Block content{};
    std::optional<uint64_t> size;
    if (length && *length > 0 && *length <= kPaxMaxBytes) {
      RETURN_IF_ERROR(ReadBlock(offset, &content));
      size = ParsePaxSize({reinterpret_cast<const char*>(content.data()), *length});
    }
    if (!size) {
      return Corrupt(file_.name() + " has a pax header at byte " + std::to_string(offset) +
                     " that is not a single size record");
    }
    return size;
  }

  const ReadableFile& file_;
  uint64_t base_;
  uint64_t size_;
};

std::string FormatBlock(const std::string& name, char type, uint64_t octal_size,
                        const char* mode = "0000644") {
  std::string block(kTarBlockBytes, '\0');
  auto put = [&](size_t offset, const std::string& text) {
    block.replace(offset, text.size(), text);
  };
  char digits[16];
  snprintf(digits, sizeof digits, "%011llo", static_cast<unsigned long long>(octal_size));
  put(0, name);
  put(100, mode);
  put(108, "0000000");
  put(116, "0000000");
  put(kSizeField, digits);
  put(136, "00000000000");
  block[kTypeField] = type;
  put(kMagicField, std::string("ustar\00000", 8));
  put(329, "0000000");
  put(337, "0000000");
  put(kChecksumField, "        ");
  unsigned sum = 0;
  for (char c : block) sum += static_cast<uint8_t>(c);
  snprintf(digits, sizeof digits, "%06o", sum);
  put(kChecksumField, std::string(digits, 6) + '\0' + ' ');
  return block;
}

// A pax record counts its own length, digits included.
std::string FormatPaxSize(uint64_t size_bytes) {
  std::string rest = " size=" + std::to_string(size_bytes) + "\n";
  size_t length = rest.size() + 2;  // two digits: a size has 10 to 19
  return std::to_string(length) + rest;
}

}  // namespace

Result<TarEntry> ReadTarEntry(const ReadableFile& file, uint64_t base_offset_bytes,
                              uint64_t size_bytes, uint64_t offset_bytes) {
  return HeaderReader(file, base_offset_bytes, size_bytes).Read(offset_bytes);
}

std::string FormatTarHeader(const std::string& name, uint64_t size_bytes) {
  if (size_bytes < kTarOctalSizeEnd) return FormatBlock(name, '0', size_bytes);
  std::string record = FormatPaxSize(size_bytes);
  std::string header = FormatBlock("PaxHeaders/" + name.substr(0, 80), 'x', record.size());
  record.resize(kTarBlockBytes, '\0');
  return header + record + FormatBlock(name, '0', 0);
}

std::string FormatTarProgramHeader(const std::string& name, uint64_t size_bytes) {
  return FormatBlock(name, '0', size_bytes, "0000755");
}

uint64_t TarHeaderBytes(uint64_t size_bytes) {
  return size_bytes < kTarOctalSizeEnd ? kTarBlockBytes : 3 * kTarBlockBytes;
}

uint64_t TarPaddingBytes(uint64_t size_bytes) {
  return (kTarBlockBytes - size_bytes % kTarBlockBytes) % kTarBlockBytes;
}

}  // namespace airgap
