#include "site/site_netboot.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "site/addresses.h"

namespace airgap {
namespace {

constexpr std::string_view kModes[] = {"proxy", "dhcp", "off"};

void TakeMode(Checker* checker, YamlView value, const std::string& path, SiteNetboot* netboot) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  if (std::find(std::begin(kModes), std::end(kModes), text) == std::end(kModes)) {
    return checker->Wrong(value, path, "must be proxy, dhcp or off");
  }
  netboot->mode = std::move(text);
}

void TakeArmed(Checker* checker, YamlView value, const std::string& path, SiteNetboot* netboot) {
  auto is_wanted = value.Bool();
  if (!is_wanted) return checker->Wrong(value, path, "must be true or false");
  netboot->is_armed = *is_wanted;
}

void TakeHours(Checker* checker, YamlView value, const std::string& path, unsigned max,
               unsigned* hours) {
  auto number = value.Uint();
  if (!number || *number < 1 || *number > max) {
    return checker->Wrong(value, path,
                          "must be a number of hours from 1 to " + std::to_string(max));
  }
  *hours = static_cast<unsigned>(*number);
}

void TakeArmedHours(Checker* checker, YamlView value, const std::string& path,
                    SiteNetboot* netboot) {
  TakeHours(checker, value, path, limits::netboot_armed_max_h, &netboot->armed_h);
}

void TakeIpv4(Checker* checker, YamlView value, const std::string& path, std::string* out) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  auto address = ParseIpAddress(text);
  if (!address || address->size != kIpv4Bytes) {
    return checker->Wrong(value, path, "must be an IPv4 address like 10.0.0.100");
  }
  *out = address->Canonical();
}

void TakeIpv4List(Checker* checker, YamlView value, const std::string& path, size_t max_count,
                  std::vector<std::string>* out) {
  checker->TakeList(value, path, max_count, [&](YamlView element, const std::string& here) {
    std::string text;
    TakeIpv4(checker, element, here, &text);
    if (!text.empty()) out->push_back(std::move(text));
  });
}

using Dhcp = SiteNetboot::Dhcp;
using Reservation = SiteNetboot::Reservation;

void TakeReservedMac(Checker* checker, YamlView value, const std::string& path,
                     Reservation* reservation) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  auto mac = ParseMac(text);
  if (!mac) return checker->Wrong(value, path, "must be a MAC address like 52:54:00:ab:cd:ef");
  reservation->mac = *mac;
}

void TakeReservedAddress(Checker* checker, YamlView value, const std::string& path,
                         Reservation* reservation) {
  TakeIpv4(checker, value, path, &reservation->address);
}

void TakeReservedName(Checker* checker, YamlView value, const std::string& path,
                      Reservation* reservation) {
  if (!checker->TakeText(value, path, &reservation->name)) return;
  if (!IsHostName(reservation->name) || reservation->name.find('.') != std::string::npos) {
    checker->Wrong(value, path, "must be a host name without dots, like node1");
  }
}

constexpr Key<Reservation> kReservationKeys[] = {
    {"mac", TakeReservedMac},
    {"address", TakeReservedAddress},
    {"name", TakeReservedName},
};

void TakeReservations(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  std::set<std::string> seen;
  auto is_new = [&](YamlView element, const std::string& here, const std::string& what) {
    if (what.empty() || seen.insert(what).second) return;
    checker->Wrong(element, here, what + " stands here twice");
  };
  checker->TakeList(value, path, limits::dhcp_reservations_max_count,
                    [&](YamlView element, const std::string& here) {
                      Reservation reservation;
                      checker->TakeMapping<Reservation>(element, here, kReservationKeys,
                                                        &reservation);
                      if (!element.IsMapping()) return;
                      for (std::string_view key : {"mac", "address"}) {
                        if (element[key].exists()) continue;
                        checker->Wrong(element, here, "has no " + std::string(key));
                      }
                      is_new(element, here, reservation.mac);
                      is_new(element, here, reservation.address);
                      is_new(element, here, reservation.name);
                      dhcp->reservations.push_back(std::move(reservation));
                    });
}

void TakeFirst(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeIpv4(checker, value, path, &dhcp->first);
}

void TakeLast(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeIpv4(checker, value, path, &dhcp->last);
}

void TakeLeaseHours(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeHours(checker, value, path, limits::dhcp_lease_max_h, &dhcp->lease_h);
}

void TakeRouter(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeIpv4(checker, value, path, &dhcp->router);
}

void TakeDns(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeIpv4List(checker, value, path, limits::site_dns_max_count, &dhcp->dns);
}

void TakeNtp(Checker* checker, YamlView value, const std::string& path, Dhcp* dhcp) {
  TakeIpv4List(checker, value, path, limits::site_ntp_max_count, &dhcp->ntp);
}

constexpr Key<Dhcp> kDhcpKeys[] = {
    {"first", TakeFirst},
    {"last", TakeLast},
    {"leaseHours", TakeLeaseHours},
    {"router", TakeRouter},
    {"dns", TakeDns},
    {"ntp", TakeNtp},
    {"reservations", TakeReservations},
};

void TakeDhcp(Checker* checker, YamlView value, const std::string& path, SiteNetboot* netboot) {
  checker->TakeMapping<Dhcp>(value, path, kDhcpKeys, &netboot->dhcp);
  if (!value.IsMapping()) return;
  for (std::string_view key : {"first", "last"}) {
    if (!value[key].exists()) checker->Wrong(value, path, "has no " + std::string(key));
  }
}

using Relayed = SiteNetboot::Relayed;

void TakeRelayRouter(Checker* checker, YamlView value, const std::string& path, Relayed* relayed) {
  std::string text;
  if (!checker->TakeText(value, path, &text)) return;
  auto address = ParseIpWithPrefix(text);
  if (!address || address->size != kIpv4Bytes || address->IsSubnetOrBroadcast()) {
    return checker->Wrong(value, path, "must be an IPv4 address of a router, like 10.1.0.1/24");
  }
  relayed->router = text;
}

void TakeRelayFirst(Checker* checker, YamlView value, const std::string& path, Relayed* relayed) {
  TakeIpv4(checker, value, path, &relayed->first);
}

void TakeRelayLast(Checker* checker, YamlView value, const std::string& path, Relayed* relayed) {
  TakeIpv4(checker, value, path, &relayed->last);
}

constexpr Key<Relayed> kRelayedKeys[] = {
    {"router", TakeRelayRouter},
    {"first", TakeRelayFirst},
    {"last", TakeRelayLast},
};

void TakeRelayed(Checker* checker, YamlView value, const std::string& path, SiteNetboot* netboot) {
  checker->TakeList(value, path, limits::dhcp_relayed_max_count,
                    [&](YamlView element, const std::string& here) {
                      Relayed relayed;
                      checker->TakeMapping<Relayed>(element, here, kRelayedKeys, &relayed);
                      if (element.IsMapping() && !element["router"].exists()) {
                        checker->Wrong(element, here, "has no router");
                      }
                      netboot->relayed.push_back(std::move(relayed));
                    });
}

constexpr Key<SiteNetboot> kNetbootKeys[] = {
    {"mode", TakeMode}, {"armed", TakeArmed},     {"hours", TakeArmedHours},
    {"dhcp", TakeDhcp}, {"relayed", TakeRelayed},
};

// The appliance's own address in whose subnet `address` is; nothing without one.
std::optional<IpAddress> OwnBeside(const Site& site, const IpAddress& address) {
  for (const std::string& text : site.network.addresses) {
    auto own = ParseIpWithPrefix(text);
    if (own && own->SamePrefix(address)) return own;
  }
  return std::nullopt;
}

bool IsBehindRelay(const Site& site, const IpAddress& address) {
  for (const Relayed& relayed : site.netboot.relayed) {
    auto router = ParseIpWithPrefix(relayed.router);
    if (router && router->SamePrefix(address)) return true;
  }
  return false;
}

// One network's router and, with mode dhcp, the addresses to give there.
void CheckRelayed(Checker* checker, YamlView value, const std::string& path, const Site& site,
                  const Relayed& relayed) {
  auto router = ParseIpWithPrefix(relayed.router);
  if (!router) return;
  if (OwnBeside(site, *router)) {
    checker->Wrong(value["router"], path + ".router",
                   "is in a network of the appliance's own, which needs no relay");
  }
  bool is_dhcp = site.netboot.mode == "dhcp";
  for (std::string_view key : {"first", "last"}) {
    if (value[key].exists() == is_dhcp) continue;
    checker->Wrong(value, path,
                   is_dhcp ? "has no " + std::string(key)
                           : "has " + std::string(key) + ", which needs netboot.mode dhcp");
  }
  auto first = ParseIpAddress(relayed.first);
  auto last = ParseIpAddress(relayed.last);
  if (!first || !last) return;
  if (!router->SamePrefix(*first) || !router->SamePrefix(*last)) {
    checker->Wrong(value, path, "has addresses that are not in the network of its router");
  } else if (first->bytes > last->bytes) {
    checker->Wrong(value["last"], path + ".last", "comes before first");
  } else if (first->bytes <= router->bytes && router->bytes <= last->bytes) {
    checker->Wrong(value, path, "has its router between first and last");
  }
}

void CheckEveryRelayed(Checker* checker, YamlView list, const Site& site) {
  size_t number = 0;
  list.ForEach([&](YamlView element) {
    CheckRelayed(checker, element, "netboot.relayed[" + std::to_string(number) + "]", site,
                 site.netboot.relayed[number]);
    ++number;
    return true;
  });
}

class PoolChecker {
 public:
  PoolChecker(Checker* checker, const Site& site) : checker_(checker), site_(site) {}

  // That it is one that the appliance's subnet has, and not the appliance's own.
  void Check(YamlView value, const std::string& path, const std::string& text) {
    IpAddress address = *ParseIpAddress(text);
    auto own = OwnBeside(site_, address);
    if (!own) {
      return checker_->Wrong(value, path, text + " is in the subnet of none of network.addresses");
    }
    if (own->bytes == address.bytes) {
      return checker_->Wrong(value, path, text + " is the appliance's own address");
    }
    address.prefix_bits = own->prefix_bits;
    if (address.IsSubnetOrBroadcast()) {
      checker_->Wrong(value, path, text + " is the first or last address of its subnet");
    }
  }

 private:
  Checker* const checker_;
  const Site& site_;
};

void CheckPool(Checker* checker, YamlView value, const Site& site) {
  const Dhcp& dhcp = site.netboot.dhcp;
  const std::string path = "netboot.dhcp";
  PoolChecker pool(checker, site);
  pool.Check(value["first"], path + ".first", dhcp.first);
  pool.Check(value["last"], path + ".last", dhcp.last);
  if (!dhcp.router.empty()) pool.Check(value["router"], path + ".router", dhcp.router);
  size_t number = 0;
  value["reservations"].ForEach([&](YamlView element) {
    std::string here = path + ".reservations[" + std::to_string(number) + "]";
    const std::string& address = dhcp.reservations[number++].address;
    if (!IsBehindRelay(site, *ParseIpAddress(address))) pool.Check(element, here, address);
    return true;
  });
  auto first = ParseIpAddress(dhcp.first);
  auto last = ParseIpAddress(dhcp.last);
  if (first->bytes > last->bytes) {
    return checker->Wrong(value["last"], path + ".last", "comes before netboot.dhcp.first");
  }
  auto own = OwnBeside(site, *first);
  if (own && !own->SamePrefix(*last)) {
    checker->Wrong(value["last"], path + ".last", "is in another subnet than netboot.dhcp.first");
  } else if (own && first->bytes < own->bytes && own->bytes < last->bytes) {
    checker->Wrong(value, path, "has the appliance's own address between first and last");
  }
}

}  // namespace

void TakeNetboot(Checker* checker, YamlView value, const std::string& path, Site* site) {
  SiteNetboot* netboot = &site->netboot;
  checker->TakeMapping<SiteNetboot>(value, path, kNetbootKeys, netboot);
  bool is_dhcp = netboot->mode == "dhcp";
  if (is_dhcp && !value["dhcp"].exists()) {
    checker->Wrong(value["mode"], path + ".mode", "needs netboot.dhcp, the addresses to give");
  }
  if (!is_dhcp && value["dhcp"].exists()) {
    checker->Wrong(value["dhcp"], path + ".dhcp", "needs netboot.mode dhcp");
  }
  if (netboot->mode == "off" && netboot->is_armed) {
    checker->Wrong(value["armed"], path + ".armed", "cannot be there with netboot.mode off");
  }
}

void CheckNetboot(Checker* checker, YamlView netboot, const Site& site) {
  CheckEveryRelayed(checker, netboot["relayed"], site);
  if (site.netboot.mode != "dhcp") return;
  if (site.network.addresses.empty()) {
    return checker->Wrong(netboot["mode"], "netboot.mode",
                          "needs network.addresses: who gives addresses has one of its own");
  }
  CheckPool(checker, netboot["dhcp"], site);
}

std::string FormatNetboot(const Site& site) {
  const SiteNetboot& netboot = site.netboot;
  const Dhcp& dhcp = netboot.dhcp;
  std::string text;
  auto line = [&text](std::string_view key, std::string_view value) {
    text.append(key).append(" ").append(value).append("\n");
  };
  auto lines = [&line](std::string_view key, const std::vector<std::string>& values) {
    for (const std::string& value : values) line(key, value);
  };
  line("mode", netboot.mode);
  unsigned armed_h = netboot.armed_h != 0 ? netboot.armed_h : limits::netboot_armed_default_h;
  line(netboot.is_armed ? "armed" : "hours", std::to_string(armed_h));
  lines("name", site.host_names);
  for (const std::string& server : site.network.dns) {
    if (ParseIpAddress(server)->size == kIpv4Bytes) line("upstream", server);
  }
  for (const Relayed& relayed : netboot.relayed) {
    line("relayed",
         relayed.router + (relayed.first.empty() ? "" : " " + relayed.first + " " + relayed.last));
  }
  if (netboot.mode != "dhcp") return text;
  line("pool", dhcp.first + " " + dhcp.last);
  if (dhcp.lease_h != 0) line("lease", std::to_string(dhcp.lease_h));
  if (!dhcp.router.empty()) line("router", dhcp.router);
  lines("dns", dhcp.dns);
  lines("ntp", dhcp.ntp);
  for (const Reservation& reservation : dhcp.reservations) {
    line("reservation", reservation.mac + " " + reservation.address +
                            (reservation.name.empty() ? "" : " " + reservation.name));
  }
  return text;
}

}  // namespace airgap
