#include "site/site_network.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "site/addresses.h"

namespace airgap {
namespace {

constexpr std::string_view kBondModes[] = {"active-backup", "balance-xor", "802.3ad"};

bool IsAdapterName(std::string_view text) {
  if (text.empty() || text.size() > limits::adapter_name_max_bytes) return false;
  if (!IsLetterOrDigit(text.front())) return false;
  for (char c : text) {
    if (!IsLetterOrDigit(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

void TakeAdapter(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  if (auto mac = ParseMac(text)) {
    text = *mac;
  } else if (!IsAdapterName(text)) {
    return checker->Wrong(value, path,
                          "must be the name of an adapter like eth0 or a MAC address like"
                          " 52:54:00:ab:cd:ef");
  }
  auto& all = network->interfaces;
  if (std::find(all.begin(), all.end(), text) != all.end()) {
    return checker->Wrong(value, path, "stands here twice");
  }
  all.push_back(std::move(text));
}

void TakeBondInterfaces(Checker* checker, YamlView value, const std::string& path,
                        SiteNetwork* network) {
  checker->TakeList(
      value, path, limits::bond_interfaces_max_count,
      [&](YamlView element, const std::string& here) {
        TakeAdapter(checker, element, here, network);
      },
      limits::bond_interfaces_min_count);
}

void TakeBondMode(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  for (std::string_view mode : kBondModes) {
    if (text == mode) network->bond_mode = text;
  }
  if (network->bond_mode == text) return;
  checker->Wrong(value, path, "must be active-backup, balance-xor or 802.3ad");
}

constexpr Key<SiteNetwork> kBondKeys[] = {
    {"interfaces", TakeBondInterfaces},
    {"mode", TakeBondMode},
};

void TakeBond(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  network->interfaces.clear();  // of network.interface, which is a mistake beside a bond
  network->bond_mode = kBondModes[0];
  checker->TakeMapping<SiteNetwork>(value, path, kBondKeys, network);
  if (value.IsMapping() && !value["interfaces"].exists()) {
    checker->Wrong(value, path, "has no interfaces");
  }
}

void TakeVlan(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  auto id = value.Uint();
  if (!id || *id < 1 || *id > limits::vlan_max_id) {
    return checker->Wrong(value, path,
                          "must be a number from 1 to " + std::to_string(limits::vlan_max_id));
  }
  network->vlan = static_cast<unsigned>(*id);
}

void TakeAddresses(Checker* checker, YamlView value, const std::string& path,
                   SiteNetwork* network) {
  std::set<std::array<uint8_t, kIpv6Bytes>> seen;
  checker->TakeList(value, path, limits::site_addresses_max_count,
                    [&](YamlView element, const std::string& here) {
                      std::string text;
                      if (!checker->TakeText(element, here, &text)) return;
                      auto address = ParseIpWithPrefix(text);
                      if (!address) {
                        checker->Wrong(element, here,
                                       "must be a machine's address with the length of its prefix,"
                                       " like 10.0.0.5/24 or fd00::5/64");
                      } else if (address->IsSubnetOrBroadcast()) {
                        checker->Wrong(element, here,
                                       "is the first or last address of its subnet, which no"
                                       " machine can have");
                      } else if (!seen.insert(address->bytes).second) {
                        checker->Wrong(element, here, "stands here twice");
                      } else {
                        network->addresses.push_back(address->Canonical() + "/" +
                                                     std::to_string(address->prefix_bits));
                      }
                    });
}

void TakeGateway(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  auto address = ParseIpAddress(text);
  if (!address) {
    return checker->Wrong(value, path, "must be an address like 10.0.0.1 or fd00::1");
  }
  for (const std::string& other : network->gateways) {
    if (ParseIpAddress(other)->size != address->size) continue;
    return checker->Wrong(value, path, "is the second gateway of its family");
  }
  network->gateways.push_back(address->Canonical());
}

void TakeGateways(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  if (!value.IsSequence()) return TakeGateway(checker, value, path, network);
  checker->TakeList(value, path, limits::site_gateways_max_count,
                    [&](YamlView element, const std::string& here) {
                      TakeGateway(checker, element, here, network);
                    });
}

void TakeDns(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  checker->TakeList(value, path, limits::site_dns_max_count,
                    [&](YamlView element, const std::string& here) {
                      std::string text;
                      if (!checker->TakeText(element, here, &text)) return;
                      if (ParseIpAddress(text)) {
                        network->dns.push_back(std::move(text));
                      } else {
                        checker->Wrong(element, here, "must be an address like 10.0.0.1");
                      }
                    });
}

void TakeNtp(Checker* checker, YamlView value, const std::string& path, SiteNetwork* network) {
  checker->TakeList(value, path, limits::site_ntp_max_count,
                    [&](YamlView element, const std::string& here) {
                      std::string text;
                      if (!checker->TakeText(element, here, &text)) return;
                      if (ParseIpAddress(text) || IsHostName(text)) {
                        network->ntp.push_back(std::move(text));
                      } else {
                        checker->Wrong(element, here,
                                       "must be a time server: an address like 10.0.0.1 or a name"
                                       " like ntp.example.org");
                      }
                    });
}

void TakeInterface(Checker* checker, YamlView value, const std::string& path,
                   SiteNetwork* network) {
  // Beside a bond it is a mistake that TakeNetwork names.
  SiteNetwork alone;
  TakeAdapter(checker, value, path, &alone);
  if (network->interfaces.empty()) network->interfaces = std::move(alone.interfaces);
}

constexpr Key<SiteNetwork> kNetworkKeys[] = {
    {"interface", TakeInterface}, {"bond", TakeBond},        {"vlan", TakeVlan}, {"dns", TakeDns},
    {"addresses", TakeAddresses}, {"gateway", TakeGateways}, {"ntp", TakeNtp},
};

// A gateway must be somebody whom the machine reaches without one.
void CheckGateways(Checker* checker, YamlView value, const std::string& path,
                   const SiteNetwork& network) {
  for (const std::string& text : network.gateways) {
    IpAddress gateway = *ParseIpAddress(text);
    bool is_reached = gateway.IsLinkLocal6();
    bool is_own = false;
    for (const std::string& own : network.addresses) {
      IpAddress address = *ParseIpWithPrefix(own);
      is_reached |= address.SamePrefix(gateway);
      is_own |= address.bytes == gateway.bytes && address.size == gateway.size;
    }
    if (is_own) {
      checker->Wrong(value, path, text + " is one of this machine's own addresses");
    } else if (!is_reached) {
      checker->Wrong(value, path, text + " is in the subnet of none of network.addresses");
    }
  }
}

}  // namespace

void TakeNetwork(Checker* checker, YamlView value, const std::string& path, Site* site) {
  SiteNetwork* network = &site->network;
  checker->TakeMapping<SiteNetwork>(value, path, kNetworkKeys, network);
  bool names_adapter = value["interface"].exists() || value["bond"].exists();
  auto needs = [&](std::string_view key, bool has, const char* message) {
    if (value[key].exists() && !has) {
      checker->Wrong(value[key], path + "." + std::string(key), message);
    }
  };
  needs("interface", !value["bond"].exists(), "cannot be there together with network.bond");
  needs("vlan", names_adapter, "needs network.interface or network.bond");
  needs("addresses", names_adapter, "needs network.interface or network.bond");
  needs("gateway", value["addresses"].exists(),
        "needs network.addresses: a DHCP server gives its own");
  if (!network->addresses.empty() && network->addresses.size() == value["addresses"].size()) {
    CheckGateways(checker, value["gateway"], path + ".gateway", *network);
  }
}

std::string FormatNetwork(const Site& site) {
  const SiteNetwork& network = site.network;
  std::string text;
  auto line = [&text](std::string_view key, std::string_view value) {
    text.append(key).append(" ").append(value).append("\n");
  };
  auto lines = [&line](std::string_view key, const std::vector<std::string>& values) {
    for (const std::string& value : values) line(key, value);
  };
  if (!network.bond_mode.empty()) line("bond", network.bond_mode);
  lines("interface", network.interfaces);
  if (network.vlan != 0) line("vlan", std::to_string(network.vlan));
  lines("address", network.addresses);
  lines("gateway", network.gateways);
  lines("dns", network.dns);
  lines("ntp", network.ntp);
  return text;
}

}  // namespace airgap
