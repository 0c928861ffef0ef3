// IPv4, IPv6 and MAC addresses as a site file has them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace airgap {

inline constexpr size_t kIpv4Bytes = 4;
inline constexpr size_t kIpv6Bytes = 16;

// An address of either family, with the length of its prefix where it has one.
struct IpAddress {
  std::array<uint8_t, kIpv6Bytes> bytes = {};
  size_t size = 0;
  unsigned prefix_bits = 0;

  bool IsBit(unsigned bit) const;
  unsigned bits() const { return static_cast<unsigned>(size) * 8; }
  bool SamePrefix(const IpAddress& other) const;
  // Of an IPv4 subnet the first address names the subnet and the last one everybody in it.
  bool IsSubnetOrBroadcast() const;
  // One machine's own address, which others reach.
  bool IsHost() const;
  bool IsLinkLocal6() const;
  // As Linux shows it, so that both can be compared; without the prefix.
  std::string Canonical() const;
};

// Nothing for what no machine can have: not an address, 0.0.0.0, loopback, multicast.
std::optional<IpAddress> ParseIpAddress(const std::string& text);
// "10.0.0.5/24".
std::optional<IpAddress> ParseIpWithPrefix(const std::string& text);

// In lower case: "52:54:00:ab:cd:ef".
std::optional<std::string> ParseMac(const std::string& text);

}  // namespace airgap
