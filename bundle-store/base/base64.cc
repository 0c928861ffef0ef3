#include "base/base64.h"

#include <cstdint>

namespace airgap {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  std::string encoded;
  encoded.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<uint8_t>(bytes[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      bool is_padding = at + i > bytes.size();
      encoded += is_padding ? '=' : kAlphabet[group >> (18 - 6 * i) & 63];
    }
  }
  return encoded;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    int value = Base64Value(c);
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++digits % 4 != 0) continue;
    decoded += static_cast<char>(bits >> 16 & 0xff);
    decoded += static_cast<char>(bits >> 8 & 0xff);
    decoded += static_cast<char>(bits & 0xff);
  }
  size_t rest = digits % 4;
  if (rest == 1 || (padding > 0 && (rest + padding) % 4 != 0)) return std::nullopt;
  if (rest >= 2) decoded += static_cast<char>(bits >> (rest == 2 ? 4 : 10) & 0xff);
  if (rest == 3) decoded += static_cast<char>(bits >> 2 & 0xff);
  return decoded;
}

}  // namespace airgap
