// The IPv4 addresses of this machine, with the adapter that each is on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace airgap {

struct AdapterAddress {
  std::string adapter;   // "eth0"
  uint32_t address = 0;  // in the machine's byte order
  unsigned prefix_bits = 0;

  std::string Address() const;  // "10.0.0.5"
  std::string Mask() const;     // "255.255.255.0"
  std::string Subnet() const;   // "10.0.0.0"
  bool Reaches(uint32_t other) const;
  bool operator==(const AdapterAddress&) const = default;
};

// Of adapters that are up and have a link, without loopback; in the kernel's order.
std::vector<AdapterAddress> AdapterAddresses();

// Nothing for what is no IPv4 address as people write it; in the machine's byte order.
bool ParseIpv4(const std::string& text, uint32_t* address);
std::string FormatIpv4(uint32_t address);

}  // namespace airgap
