// Machines that boot over the network, as dnsmasq's log tells of them (`log-dhcp`).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace airgap {

struct DhcpSighting {
  std::string mac;      // NormalMac()
  std::string address;  // empty: another server gives it
};

// For one thread.
class DnsmasqLog {
 public:
  // A line without its end: "dnsmasq-dhcp[9]: 77 DHCPACK(eth0) 10.0.0.7 52:54:00:ab:cd:12 node1".
  // Nothing for what tells of no such machine; those that do not boot over the network have
  // another vendor class.
  std::optional<DhcpSighting> Take(std::string_view line);

  // Whether a line tells only with which options a packet came or went: many for each packet.
  static bool IsDetail(std::string_view line);

 private:
  bool IsNetboot(std::string_view transaction) const;

  // Transactions of clients whose vendor class is one of PXE; the newest last.
  std::deque<std::string> netboot_;
};

}  // namespace airgap
