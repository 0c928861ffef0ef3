#include "site/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace airgap {
namespace {

constexpr unsigned kBitsPerByte = 8;

}  // namespace

bool IpAddress::IsBit(unsigned bit) const {
  return ((bytes[bit / kBitsPerByte] >> (kBitsPerByte - 1 - bit % kBitsPerByte)) & 1) != 0;
}

bool IpAddress::SamePrefix(const IpAddress& other) const {
  if (size != other.size) return false;
  for (unsigned bit = 0; bit < prefix_bits; ++bit) {
    if (IsBit(bit) != other.IsBit(bit)) return false;
  }
  return true;
}

bool IpAddress::IsSubnetOrBroadcast() const {
  constexpr unsigned kPointToPointBits = 31;  // RFC 3021
  if (size != kIpv4Bytes || prefix_bits >= kPointToPointBits) return false;
  for (unsigned bit = prefix_bits + 1; bit < bits(); ++bit) {
    if (IsBit(bit) != IsBit(prefix_bits)) return false;
  }
  return true;
}

bool IpAddress::IsHost() const {
  constexpr uint8_t kIpv4Loopback = 127;
  constexpr uint8_t kIpv4Multicast = 224;
  constexpr uint8_t kIpv6Multicast = 0xFF;
  if (size == kIpv4Bytes) {
    return bytes[0] != 0 && bytes[0] != kIpv4Loopback && bytes[0] < kIpv4Multicast;
  }
  bool is_low = std::all_of(bytes.begin(), bytes.end() - 1, [](uint8_t b) { return b == 0; });
  return bytes[0] != kIpv6Multicast && !(is_low && bytes.back() <= 1);
}

bool IpAddress::IsLinkLocal6() const {
  return size == kIpv6Bytes && bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
}

std::string IpAddress::Canonical() const {
  char text[INET6_ADDRSTRLEN] = "";
  int family = size == kIpv4Bytes ? AF_INET : AF_INET6;
  inet_ntop(family, bytes.data(), text, sizeof text);
  return text;
}

std::optional<IpAddress> ParseIpAddress(const std::string& text) {
  IpAddress address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
    address.size = kIpv4Bytes;
  } else if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    address.size = kIpv6Bytes;
  } else {
    return std::nullopt;
  }
  // inet_pton ends at a zero byte, what is written for the machine must not.
  if (text.find('\0') != std::string::npos || !address.IsHost()) return std::nullopt;
  return address;
}

std::optional<IpAddress> ParseIpWithPrefix(const std::string& text) {
  size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  auto address = ParseIpAddress(text.substr(0, slash));
  std::string_view digits = std::string_view(text).substr(slash + 1);
  if (!address || digits.empty() || digits[0] < '1' || digits[0] > '9') return std::nullopt;
  auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address->prefix_bits);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (address->prefix_bits > address->bits()) return std::nullopt;
  return address;
}

std::optional<std::string> ParseMac(const std::string& text) {
  constexpr size_t kCharacters = 17;
  constexpr size_t kColonEvery = 3;
  if (text.size() != kCharacters) return std::nullopt;
  std::string mac = text;
  for (size_t i = 0; i < mac.size(); ++i) {
    char& c = mac[i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (i % kColonEvery == kColonEvery - 1 ? c != ':' : !is_hex) return std::nullopt;
  }
  return mac;
}

}  // namespace airgap
