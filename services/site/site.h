// The site file: one YAML that says what is particular to one site. Every key may be left out.
// appliance/site.schema.json describes the same for other tools.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

struct SiteUser {
  std::string name;
  std::string password;  // as base/password.h keeps it
};

// What the machine's own network is; what is left out is as FormatNetwork says.
struct SiteNetwork {
  // By name or by MAC address (lower case): one adapter, or with `bond_mode` the members of a bond.
  std::vector<std::string> interfaces;
  std::string bond_mode;               // as Linux calls it; empty: no bond
  unsigned vlan = 0;                   // 0: none
  std::vector<std::string> addresses;  // IPv4 and IPv6, with prefix length
  std::vector<std::string> gateways;   // at most one of each family
  std::vector<std::string> dns;        // addresses
  std::vector<std::string> ntp;        // addresses and host names
};

// What machines that boot over the network get. Addresses are IPv4.
struct SiteNetboot {
  std::string mode = "proxy";  // proxy, dhcp or off
  bool is_armed = false;       // from the start on
  unsigned armed_h = 0;        // 0: as long as usual
  struct Reservation {
    std::string mac;  // lower case
    std::string address;
    std::string name;  // may be empty
  };
  // With mode dhcp alone.
  struct Dhcp {
    std::string first;
    std::string last;
    unsigned lease_h = 0;          // 0: as long as usual
    std::string router;            // may be empty: none
    std::vector<std::string> dns;  // without: the appliance, as for ntp
    std::vector<std::string> ntp;
    std::vector<Reservation> reservations;
  } dhcp;
  // A network whose relay (RFC 1542) sends the appliance what machines there ask.
  struct Relayed {
    std::string router;  // with prefix length; of the network, and where its machines send the rest
    std::string first;   // with mode dhcp alone
    std::string last;
  };
  std::vector<Relayed> relayed;
};

// The registry that takes over from the appliance.
struct SiteHandoff {
  std::string registry;  // URL; empty: nothing is handed over
  std::string address;   // of its host; empty: DNS knows
  std::string ca;        // PEM; empty: this appliance's own
  std::string username;  // empty: no login
  std::string password;
  struct Node {
    std::string name;     // as the cluster has it
    std::string address;  // may be empty
  };
  std::vector<Node> nodes;  // that must be proven to use it
  bool is_talos = true;     // what Talos itself pulls on them must be proven, too
  // What does instead of the appliance: "dhcp", "dns", "ntp" or "images", and by whom.
  std::map<std::string, std::string> replaced;
};

struct Site {
  std::string name;                     // shown to people
  std::vector<std::string> host_names;  // that the server's certificate names as well
  SiteNetwork network;
  SiteNetboot netboot;
  SiteHandoff handoff;
  struct Push {
    std::vector<SiteUser> users;  // none: nobody pushes
    bool login_to_pull = false;
  } push;
  std::vector<SiteUser> control_users;  // who may change things over the network; none: nobody
  // Of the root shell at the console, as base/password.h keeps it; empty: nobody gets one.
  std::string console_password;
  // Ed25519 keys in PEM, one text each. With any of them only what one of them signed is served.
  std::vector<std::string> bundle_keys;
  // Of machines that boot over the network (netboot/sealed_configs.h), in PEM; may be empty.
  std::string machine_configs;
};

// What is wrong with one place of a site file.
struct SiteMistake {
  size_t line = 0;  // from 1; 0: the file as a whole
  std::string key;  // "push.users[0].name"; empty: the file as a whole
  std::string message;

  // "line 4: push.users[0].name: ..."
  std::string ToString() const;
};

struct CheckedSite {
  Site site;  // what is fine of it
  // In the order of the text, at most limits::site_mistakes_max_count. With any of them nothing of
  // the file must be used.
  std::vector<SiteMistake> mistakes;
};

CheckedSite CheckSite(std::string_view text);

// The file of logins (registry/logins.h); empty without any.
std::string FormatLogins(const std::vector<SiteUser>& users);
// For appliance/boot/network: a line "KEY VALUE" for each value, where KEY is interface, bond (its
// mode), vlan, address, gateway, dns or ntp. A value has letters, digits and .:/_- alone. Without
// interface every wired adapter is meant, without address DHCP. Empty when nothing is set.
std::string FormatNetwork(const Site& site);
// For netbootd (netboot/dhcp_settings.h).
std::string FormatNetboot(const Site& site);
// For controld (handoff/settings.h): JSON; empty without a registry.
std::string FormatHandoff(const Site& site);
// The file of keys (store/ed25519.h, ParsePublicKeys); empty without any.
std::string FormatBundleKeys(const Site& site);

}  // namespace airgap
