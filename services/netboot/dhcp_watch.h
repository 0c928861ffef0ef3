// Whether somebody else is the DHCP server of a network: asked before this machine answers there,
// and now and then after that.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "net/adapters.h"
#include "netboot/dhcp_probe.h"

namespace airgap {

// For one thread.
class DhcpWatch {
 public:
  // Call about once a second with the adapters that matter; what is known of others is forgotten.
  // An error says why it cannot be known.
  Status Look(const std::vector<AdapterAddress>& adapters);

  // Whether each adapter was asked once and nobody else has answered, as far as is known.
  bool is_clear() const { return has_looked_ && servers_.empty(); }
  // "10.0.0.1 on eth0".
  const std::vector<std::string>& servers() const { return servers_; }

 private:
  using Clock = std::chrono::steady_clock;
  // Somebody who takes the other server away waits for it; nobody waits for the other.
  static constexpr auto kAgain = std::chrono::seconds(20);
  static constexpr auto kAgainWhenClear = std::chrono::minutes(5);

  Status Start();
  void Finish();

  std::vector<AdapterAddress> adapters_;
  std::vector<DhcpProbe> probes_;  // none: not now; otherwise one for each adapter
  Clock::time_point next_{};
  bool has_looked_ = false;
  std::vector<std::string> servers_;
};

}  // namespace airgap
