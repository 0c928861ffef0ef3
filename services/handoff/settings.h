// What the site file says about the handoff, as `cozy-airgap site read` leaves it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

struct HandoffSettings {
  std::string registry;  // https://HOST[:PORT][/PREFIX]
  std::string address;   // of its host; empty: DNS knows
  std::string ca;        // PEM; empty: the appliance's own
  std::string username;  // empty: no login
  std::string password;
  struct Node {
    std::string name;
    std::string address;  // may be empty
  };
  std::vector<Node> nodes;  // that must be proven to use the registry
  bool is_talos = true;     // what Talos itself pulls on them must be proven, too
  // What does instead of the appliance: "dhcp", "dns", "ntp" or "images", and by whom.
  std::map<std::string, std::string> replaced;

  // JSON (FormatHandoff of the site room). kCorrupt or kInvalidArgument: it is not.
  static Result<HandoffSettings> Parse(std::string_view text);

  const Node* FindNode(std::string_view name) const;
};

}  // namespace airgap
