// Integers in the formats that have the least byte first: GPT, ISO 9660, MBR, and ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace airgap {

// `offset + bytes` must lie within `text`, and `bytes` be at most 8.
inline uint64_t GetLittle(std::string_view text, size_t offset, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(text[offset + i]);
  return value;
}

inline void PutLittle(std::string* text, size_t offset, size_t bytes, uint64_t value) {
  for (size_t i = 0; i < bytes; ++i) {
    (*text)[offset + i] = static_cast<char>(value >> (8 * i) & 0xFF);
  }
}

inline void AppendLittle(std::string* text, size_t bytes, uint64_t value) {
  text->append(bytes, '\0');
  PutLittle(text, text->size() - bytes, bytes, value);
}

}  // namespace airgap
