// DHCP packets as a client that boots over the network sends and gets them: RFC 2131, RFC 2132,
// RFC 4578.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

using MacAddress = std::array<uint8_t, 6>;

// A DISCOVER that DHCP and PXE servers answer alike, to everybody.
std::vector<uint8_t> FormatDhcpDiscover(const MacAddress& mac, uint32_t transaction);

// What another server offers. Addresses are in the machine's byte order.
struct DhcpOffer {
  uint32_t server = 0;         // option 54; 0: it did not say
  bool gives_address = false;  // otherwise a proxyDHCP server, or one that has none left
};

// kInvalidArgument: no OFFER, or none for this client and transaction.
Result<DhcpOffer> ParseDhcpOffer(ByteSpan packet, const MacAddress& mac, uint32_t transaction);

}  // namespace airgap
