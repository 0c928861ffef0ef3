// What the site file says about DHCP and netboot, as `cozy-airgap site read` writes it down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/status.h"

namespace airgap {

enum class DhcpMode {
  kProxy,  // beside the site's own DHCP server: only what netboot needs (PXE 2.1, 2.2.1)
  kDhcp,   // this is the network's only DHCP server
  kOff,
};

struct DhcpReservation {
  std::string mac;
  uint32_t address = 0;
  std::string name;  // may be empty
};

// Addresses are IPv4 in the machine's byte order.
struct DhcpSettings {
  DhcpMode mode = DhcpMode::kProxy;
  bool is_armed = false;  // from the start on
  unsigned armed_h = limits::netboot_armed_default_h;
  std::vector<std::string> names;  // of the appliance, for DNS
  // Networks whose relays send here what machines there ask (RFC 1542).
  struct Relayed {
    uint32_t router = 0;
    unsigned prefix_bits = 0;
    uint32_t first = 0;  // with kDhcp alone
    uint32_t last = 0;
  };
  std::vector<Relayed> relayed;
  std::vector<uint32_t> upstream;  // DNS servers that know everything else

  // With kDhcp alone.
  uint32_t pool_first = 0;
  uint32_t pool_last = 0;
  unsigned lease_h = limits::dhcp_lease_default_h;
  uint32_t router = 0;        // 0: none
  std::vector<uint32_t> dns;  // none: the appliance
  std::vector<uint32_t> ntp;  // none: the appliance
  std::vector<DhcpReservation> reservations;

  // A line "KEY VALUE..." for each thing: mode, armed (hours from the start on), hours, name,
  // upstream, relayed (router with prefix length, and with kDhcp two addresses), pool (the same
  // two), lease (hours), router, dns, ntp, reservation (MAC, address and, if it has one, name).
  // What is left out is as above. kCorrupt names the line.
  static Result<DhcpSettings> Parse(std::string_view text);
};

}  // namespace airgap
