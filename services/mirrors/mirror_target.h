// The registry that stands for those on the internet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "mirrors/node_config.h"

namespace airgap {

// Whether text may stand in quotes in YAML or TOML: it must not be able to end them.
bool IsPlainText(std::string_view text);

struct MirrorTarget {
  std::string endpoint;                // "https://seed.example.org:5000"
  std::string ca_pem;                  // whoever issued its certificate
  std::vector<std::string> upstreams;  // "ghcr.io"
  std::vector<HostEntry> hosts;        // for nodes whose DNS does not know its name
  std::vector<std::string> time_servers;
  // What was at ghcr.io/x is at ghcr.io/x there, as a handoff leaves it; without, it is at x, and
  // the registry is told the upstream by ?ns=, as the appliance wants it.
  bool is_prefixed = false;
  // A day, "2026-12-01": until then nobody checks who the registry is. Empty: its certificate is
  // checked, as it should be.
  std::string insecure_until;

  // What a file of such a target begins with; empty for any other.
  std::string Warning() const;
  // kInvalidArgument: what is wrong with it.
  Status Check() const;
  // "seed.example.org:5000"
  std::string Host() const;
  // Where one upstream's images are; with is_prefixed the whole path, "/v2/ghcr.io" at its end.
  std::string EndpointOf(const std::string& upstream) const;
};

}  // namespace airgap
