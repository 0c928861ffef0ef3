// The strict tar profile of a bundle: one header at a time, nothing else is understood.
// ../FORMAT.md "The tar profile"; POSIX.1-2017 pax, "ustar Interchange Format".
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

inline constexpr uint64_t kTarBlockBytes = 512;
inline constexpr uint64_t kTarNameMaxBytes = 100;
// Sizes from here on need a pax header: eleven octal digits end below it.
inline constexpr uint64_t kTarOctalSizeEnd = uint64_t{1} << 33;

struct TarEntry {
  std::string name;
  uint64_t header_offset_bytes = 0;  // of the pax header, where there is one
  uint64_t payload_offset_bytes = 0;
  uint64_t size_bytes = 0;
  bool is_end = false;  // the zero block at the end; nothing else is set

  // Where the next header stands.
  uint64_t NextOffset() const {
    return payload_offset_bytes +
           (size_bytes + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes;
  }
};

// The header that stands at `offset` of [base, base+size) of `file`. Offsets in and out count
// from `base`. kCorrupt for anything outside the profile: says which entry and what it is.
Result<TarEntry> ReadTarEntry(const ReadableFile& file, uint64_t base_offset_bytes,
                              uint64_t size_bytes, uint64_t offset_bytes);

// A header (with its pax header where the size asks for one) for a regular file.
std::string FormatTarHeader(const std::string& name, uint64_t size_bytes);
// The same for a file that can be run, which a bundle has none of; smaller than kTarOctalSizeEnd.
std::string FormatTarProgramHeader(const std::string& name, uint64_t size_bytes);
// Bytes that FormatTarHeader gives.
uint64_t TarHeaderBytes(uint64_t size_bytes);
// Zero bytes after a payload.
uint64_t TarPaddingBytes(uint64_t size_bytes);

}  // namespace airgap
