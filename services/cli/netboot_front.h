// DHCP, proxyDHCP and DNS of a machine, as its site file says, on the addresses that it has: keeps
// dnsmasq running on a configuration that follows both, and netboot armed as long as it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/snapshot.h"
#include "netboot/dhcp_settings.h"
#include "netboot/dhcp_watch.h"
#include "netboot/dnsmasq.h"
#include "netboot/time_server.h"

namespace airgap {

struct NetbootFrontOptions {
  std::string settings_path;              // DhcpSettings::Parse(); need not be there
  std::optional<DhcpSettings> settings;   // in place of that file
  std::string arming_path;                // ArmedUntil(); need not be there
  std::optional<uint64_t> armed_until_s;  // in place of that file
  std::string folder;                     // to write to; "armed" is there while netboot is
  std::string lease_path;                 // in that folder when left out
  std::string dnsmasq = "/usr/sbin/dnsmasq";
  std::vector<std::string> adapters;  // none: every one with an address
  std::string retired_path;           // nothing is offered while this file is there; may be empty
  // Tell the time to the machines of mode dhcp; otherwise another program of this machine does.
  bool tells_time = false;
};

class NetbootFront {
 public:
  explicit NetbootFront(NetbootFrontOptions options);

  // About once a second.
  void Beat();
  // What people should know, one line each, as of the last beat.
  const std::vector<std::string>& notices() const { return notices_; }
  const std::vector<std::string>& problems() const { return problems_; }
  // Who could not go on without this, as of the last beat.
  const std::vector<DependentReport>& dependents() const { return dependents_; }
  // Machines that asked since the beat before.
  const std::vector<DhcpSighting>& sightings() const { return sightings_; }

 private:
  Result<DhcpSettings> ReadSettings() const;
  Status MarkArmed(bool is_armed);
  uint64_t SecondsArmed(const DhcpSettings& settings) const;
  std::vector<AdapterAddress> Adapters(const DhcpSettings& settings) const;
  bool IsAlone(const std::vector<AdapterAddress>& adapters, bool is_armed);
  void Keep(const DhcpSettings& settings);
  void KeepTime(bool is_wanted);
  void NoteDependents(const DhcpSettings& settings);
  std::string LeasePath() const;

  const NetbootFrontOptions options_;
  Dnsmasq dnsmasq_;
  DhcpWatch watch_;
  TimeServer time_server_;
  std::vector<DhcpSighting> sightings_;
  std::vector<DependentReport> dependents_;
  std::vector<std::string> notices_;
  std::vector<std::string> problems_;
};

}  // namespace airgap
