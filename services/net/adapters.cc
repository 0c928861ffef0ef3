#include "net/adapters.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <bit>

namespace airgap {
namespace {

uint32_t MaskOf(unsigned prefix_bits) { return prefix_bits == 0 ? 0 : ~0U << (32 - prefix_bits); }

uint32_t Ipv4Of(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

bool IsUsable(const ifaddrs& entry) {
  return entry.ifa_addr != nullptr && entry.ifa_netmask != nullptr &&
         entry.ifa_addr->sa_family == AF_INET && (entry.ifa_flags & IFF_UP) != 0 &&
         (entry.ifa_flags & IFF_RUNNING) != 0 && (entry.ifa_flags & IFF_LOOPBACK) == 0;
}

}  // namespace

std::string AdapterAddress::Address() const { return FormatIpv4(address); }
std::string AdapterAddress::Mask() const { return FormatIpv4(MaskOf(prefix_bits)); }
std::string AdapterAddress::Subnet() const { return FormatIpv4(address & MaskOf(prefix_bits)); }

bool AdapterAddress::Reaches(uint32_t other) const {
  return ((address ^ other) & MaskOf(prefix_bits)) == 0;
}

std::vector<AdapterAddress> AdapterAddresses() {
  std::vector<AdapterAddress> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return addresses;
  for (ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (!IsUsable(*entry)) continue;
    auto bits = static_cast<unsigned>(std::popcount(Ipv4Of(entry->ifa_netmask)));
    addresses.push_back({entry->ifa_name, Ipv4Of(entry->ifa_addr), bits});
  }
  freeifaddrs(first);
  return addresses;
}

bool ParseIpv4(const std::string& text, uint32_t* address) {
  in_addr parsed{};
  if (inet_pton(AF_INET, text.c_str(), &parsed) != 1) return false;
  *address = ntohl(parsed.s_addr);
  return true;
}

std::string FormatIpv4(uint32_t address) {
  in_addr network{htonl(address)};
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &network, text, sizeof text);
  return text;
}

}  // namespace airgap
