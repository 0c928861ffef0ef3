// What a Talos machine config says already of what a patch of ours would change: strategic merge
// adds to lists, and of the two forms in which Talos takes mirrors the new one silently counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace airgap {

struct HostEntry {
  std::string address;
  std::vector<std::string> names;
  bool operator==(const HostEntry& other) const = default;
};

struct NodeConfig {
  // In machine and cluster, the form of every version.
  std::vector<std::string> old_mirrors;    // registries, "docker.io"
  std::vector<std::string> old_endpoints;  // keys of machine.registries.config
  std::vector<std::string> old_tls;        // those of them that have `tls`
  std::vector<HostEntry> old_hosts;        // machine.network.extraHostEntries
  bool has_old_time_servers = false;       // machine.time.servers
  bool has_old_discovery = false;          // cluster.discovery
  // In documents of their own, since Talos 1.12.
  std::vector<std::string> new_mirrors;         // RegistryMirrorConfig
  std::vector<std::string> new_tls;             // RegistryTLSConfig
  std::vector<HostEntry> new_hosts;             // StaticHostConfig
  bool has_new_time = false;                    // TimeSyncConfig
  std::vector<std::string> discovery_services;  // DiscoveryServiceConfig, since 1.14

  // In either form: hosts whose certificate is not checked, insecureSkipVerify.
  std::vector<std::string> unchecked;

  // Of all its documents. kInvalidArgument, kLimitExceeded: what is wrong in which line.
  static Result<NodeConfig> Read(std::string_view text, std::string_view what);
};

}  // namespace airgap
