// What dnsmasq is told: DHCP or proxyDHCP, which boot file for which client, and DNS.
// https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html
#pragma once

#include <string>
#include <vector>

#include "net/adapters.h"
#include "netboot/dhcp_settings.h"

namespace airgap {

// What dnsmasq writes itself.
struct DnsmasqFiles {
  std::string leases;
  std::string pid;
};

// The adapters that dnsmasq is to serve: as the DHCP server only those whose subnet has the pool.
std::vector<AdapterAddress> AdaptersToServe(const DhcpSettings& settings,
                                            std::vector<AdapterAddress> adapters);

// Empty when there is nothing for it to do: netboot is off, or beside a DHCP server of the site not
// armed, or there are no `adapters` to serve. Armed, machines that boot over the network are told
// to, by client arch (RFC 4578 2.1): firmware gets iPXE by TFTP or, if it asks for that, by HTTP;
// iPXE, which says so in its user class, gets the first script.
std::string FormatDnsmasqConfig(const DhcpSettings& settings,
                                const std::vector<AdapterAddress>& adapters, bool is_armed,
                                const DnsmasqFiles& files);

}  // namespace airgap
