// What a service says about itself, once a second, to whoever shows it to people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/status.h"

namespace airgap {

struct BundleReport {
  std::string name;
  std::string version;
  std::string digest;  // "sha256:..."
  std::string location;
  uint64_t images_count = 0;  // references that index.json names
  uint64_t assets_count = 0;
  uint64_t blobs_count = 0;
  uint64_t total_bytes = 0;
  uint64_t verified_bytes = 0;
  uint64_t verified_blobs = 0;
  uint64_t corrupt_count = 0;
  std::vector<std::string> corrupt;  // digests; at most limits::corrupt_listed_max_count

  void WriteTo(JsonNode object) const;
  static BundleReport Read(JsonView object);
};

struct ClientReport {
  std::string address;
  uint64_t requests = 0;
  uint64_t bytes_sent = 0;
  uint64_t idle_s = 0;
  std::optional<uint64_t> pull_idle_s;  // since it was given an image or an asset; nothing: never

  void WriteTo(JsonNode object) const;
  static ClientReport Read(JsonView object);
};

// A machine that boots over the network. What is not known is empty.
struct NodeReport {
  std::string mac;
  std::string uuid;
  std::string serial;
  std::string product;
  std::string arch;  // as it says itself: "x86_64", "UEFI x64"
  std::string address;
  std::string step;   // how far it got: one of node_step
  std::string error;  // what went wrong last
  uint64_t bytes_sent = 0;
  uint64_t idle_s = 0;

  void WriteTo(JsonNode object) const;
  static NodeReport Read(JsonView object);
};

namespace node_step {
inline constexpr char kDhcp[] = "dhcp";      // asked for an address or a boot file
inline constexpr char kTftp[] = "tftp";      // loads iPXE
inline constexpr char kScript[] = "script";  // iPXE has asked what to boot
inline constexpr char kKernel[] = "kernel";  // loads kernel and initramfs
inline constexpr char kConfig[] = "config";  // has its machine config
inline constexpr char kDisk[] = "disk";      // was sent to its disk
inline constexpr char kPull[] = "pull";      // pulls images
}  // namespace node_step

// Somebody who could not go on without this service.
struct DependentReport {
  std::string kind;  // "dhcp", "dns", "ntp" or "images"
  std::string line;  // who, and how

  void WriteTo(JsonNode object) const;
  static DependentReport Read(JsonView object);
};

struct ServiceSnapshot {
  std::string service;  // "registryd"
  std::string version;
  uint64_t pid = 0;
  uint64_t uptime_s = 0;
  uint64_t requests = 0;
  uint64_t bytes_sent = 0;
  uint64_t connections_open = 0;
  std::string verification;  // "running", "done", or empty where the service does none
  std::vector<BundleReport> bundles;
  std::vector<ClientReport> clients;  // at most limits::clients_listed_max_count
  // Since one pulled who is not among `clients`, for want of room.
  std::optional<uint64_t> unlisted_pull_idle_s;
  std::vector<NodeReport> nodes;  // at most limits::nodes_listed_max_count
  std::vector<DependentReport> dependents;
  std::vector<std::string> notices;   // what people should know, one line each
  std::vector<std::string> problems;  // one line each

  // Keeps so many of `clients`, and notes when those that go pulled.
  void ListClients(size_t max_count);

  void WriteTo(JsonNode object) const;
  // At most limits::event_max_bytes: with too much to say, clients, nodes and corrupt blobs are
  // left out (the counts stay).
  std::string ToText() const;
  // kInvalidArgument names what is missing; unknown members are ignored.
  static Result<ServiceSnapshot> Parse(std::string_view text);
};

}  // namespace airgap
