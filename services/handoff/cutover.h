// Where nodes pull from once the registry has everything: what an appliance tells those who change
// the nodes' configs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "handoff/settings.h"

namespace airgap {

struct Cutover {
  std::string registry;  // https://HOST[:PORT][/PREFIX]
  std::string address;   // of its host, for nodes whose DNS does not know it; or empty
  std::string ca;        // PEM: who issued its certificate
  std::vector<std::string> upstreams;  // "ghcr.io": that it stands for
  bool is_talos = true;
  std::vector<HandoffSettings::Node> nodes;
  // Who tells the time instead of the appliance; empty: whoever does now.
  std::vector<std::string> time_servers;

  // JSON, which Format() made. Names are bounded, and may be anything. kCorrupt, kInvalidArgument,
  // kLimitExceeded.
  static Result<Cutover> Parse(std::string_view text);
  std::string Format() const;
};

}  // namespace airgap
