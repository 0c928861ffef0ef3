// Looks for other DHCP and PXE servers of a network, before this machine becomes one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "netboot/dhcp_packet.h"

namespace airgap {

// For one thread.
class DhcpProbe {
 public:
  // Asks on the adapter, as a machine that boots over the network does.
  static Result<DhcpProbe> Start(const std::string& adapter);

  // Takes what has been answered; does not wait. Call it now and then until is_over().
  void Poll();
  // Servers answer within seconds: those of PXE on purpose later than the others.
  bool is_over() const;
  // "10.0.0.1", "10.0.0.2 (PXE)": who answered so far.
  const std::vector<std::string>& servers() const { return servers_; }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kAskAgain = std::chrono::milliseconds(1500);
  static constexpr auto kLength = std::chrono::seconds(4);

  DhcpProbe() = default;
  Status Ask();
  void Take(ByteSpan packet, uint32_t from);

  UniqueFd socket_;
  MacAddress mac_ = {};
  uint32_t transaction_ = 0;
  Clock::time_point started_;
  bool has_asked_again_ = false;
  std::vector<std::string> servers_;
};

}  // namespace airgap
