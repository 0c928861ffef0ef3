#include "control/status.h"

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "base/utc.h"
#include "base/version.h"
#include "control/node_table.h"

namespace airgap {
namespace {

constexpr size_t kServicesMax = 16;
// A service that says nothing for so long is down, or hangs.
constexpr uint64_t kSilentAfterSeconds = 5;
// So long after it was made nobody runs a version any more: the clock is ahead.
constexpr int64_t kUsedAtMostSeconds = int64_t{20} * 365 * 24 * 3600;

const std::vector<BundleReport>& BundlesOf(const StatusInput& input, std::string* verification) {
  for (const StatusInput::Service& service : input.services) {
    // tftpd reports the same bundles; who verifies them knows most.
    if (service.snapshot.verification.empty()) continue;
    *verification = service.snapshot.verification;
    return service.snapshot.bundles;
  }
  *verification = "waiting";
  return input.known_bundles;
}

void WriteServices(const StatusInput& input, JsonNode list) {
  for (const StatusInput::Service& service : input.services) {
    const ServiceSnapshot& snapshot = service.snapshot;
    JsonNode object = list.AddObject();
    object.Put("name", snapshot.service);
    object.Put("state", service.silent_s > kSilentAfterSeconds ? "silent" : "up");
    object.Put("silentSeconds", service.silent_s);
    object.Put("version", snapshot.version);
    object.Put("pid", snapshot.pid);
    object.Put("uptimeSeconds", snapshot.uptime_s);
    object.Put("requests", snapshot.requests);
    object.Put("bytesSent", snapshot.bytes_sent);
    object.Put("connectionsOpen", snapshot.connections_open);
  }
}

// One client may talk to several services.
std::vector<ClientReport> MergeClients(const StatusInput& input) {
  std::map<std::string, ClientReport> merged;
  for (const StatusInput::Service& service : input.services) {
    for (const ClientReport& client : service.snapshot.clients) {
      auto [at, is_new] = merged.emplace(client.address, client);
      if (is_new) continue;
      at->second.requests += client.requests;
      at->second.bytes_sent += client.bytes_sent;
      at->second.idle_s = std::min(at->second.idle_s, client.idle_s);
      if (!at->second.pull_idle_s) at->second.pull_idle_s = client.pull_idle_s;
    }
  }
  std::vector<ClientReport> clients;
  clients.reserve(merged.size());
  for (const auto& [address, client] : merged) clients.push_back(client);
  std::stable_sort(clients.begin(), clients.end(),
                   [](const auto& a, const auto& b) { return a.idle_s < b.idle_s; });
  return clients;
}

std::vector<NodeReport> NodesOf(const StatusInput& input) {
  std::vector<NodeReport> nodes;
  for (const StatusInput::Service& service : input.services) {
    for (NodeReport node : service.snapshot.nodes) {
      node.idle_s += service.silent_s;
      nodes.push_back(std::move(node));
    }
  }
  return MergeNodes(std::move(nodes));
}

std::string DayOf(int64_t unix_s) { return FormatUtc(unix_s).substr(0, 10); }

// Certificates are made to stand a wrong clock; whoever reads logs and journals is not.
std::string ClockProblem(int64_t clock_unix_s) {
  bool is_behind = clock_unix_s < kMadeUnixSeconds;
  bool is_ahead = clock_unix_s > kMadeUnixSeconds + kUsedAtMostSeconds;
  if (clock_unix_s == 0 || (!is_behind && !is_ahead)) return "";
  return "the clock says " + DayOf(clock_unix_s) + ", " + (is_behind ? "before" : "long after") +
         " this version was made (" + DayOf(kMadeUnixSeconds) +
         "): set it in the firmware or at the console; everything is served meanwhile";
}

std::vector<std::string> MergeProblems(const StatusInput& input) {
  std::vector<std::string> problems = input.problems;
  auto add = [&](const std::string& line) {
    if (std::find(problems.begin(), problems.end(), line) == problems.end()) {
      problems.push_back(line);
    }
  };
  for (const std::string& line : input.handoff.problems) add(line);
  for (const std::string& line : input.site.problems) add(line);
  if (std::string clock = ClockProblem(input.clock_unix_s); !clock.empty()) add(clock);
  for (const StatusInput::Service& service : input.services) {
    if (service.silent_s > kSilentAfterSeconds) {
      add(service.snapshot.service + " has said nothing for " + std::to_string(service.silent_s) +
          " s");
    }
    for (const std::string& line : service.snapshot.problems) add(line);
  }
  return problems;
}

void WriteBundles(const std::vector<BundleReport>& bundles, JsonNode list) {
  for (const BundleReport& bundle : bundles) bundle.WriteTo(list.AddObject());
}

}  // namespace

std::string BuildStatus(const StatusInput& input) {
  JsonBuilder document;
  JsonNode root = document.root();
  std::string verification;
  const std::vector<BundleReport>& bundles = BundlesOf(input, &verification);
  root.Put("state", input.handoff.state);
  root.Put("version", input.version);
  root.Put("uptimeSeconds", input.uptime_s);
  root.Put("siteName", input.site.name);
  root.Put("hostName", input.host_name);
  root.PutStrings("addresses", input.addresses);
  root.PutStrings("urls", input.urls);
  root.Put("caFingerprint", input.ca_fingerprint);
  root.Put("verification", verification);
  WriteBundles(bundles, root.PutArray("bundles"));
  WriteServices(input, root.PutArray("services"));
  root.Put("sendingBytesPerSecond", input.sending_bytes_per_s);
  JsonNode clients = root.PutArray("clients");
  for (const ClientReport& client : MergeClients(input)) client.WriteTo(clients.AddObject());
  JsonNode nodes = root.PutArray("nodes");
  for (const NodeReport& node : NodesOf(input)) node.WriteTo(nodes.AddObject());
  root.PutStrings("configuredMachines", input.configured);
  JsonNode dependents = root.PutArray("dependents");
  for (const StatusInput::Service& service : input.services) {
    for (const DependentReport& one : service.snapshot.dependents) {
      one.WriteTo(dependents.AddObject());
    }
  }
  if (!input.handoff.json.empty()) {
    auto handoff = JsonDocument::Parse(input.handoff.json, limits::json_default_max_bytes, "");
    if (handoff.ok()) root.PutView("handoff", handoff->root());
  }
  JsonNode notices = root.PutArray("notices");
  notices.AddEach(input.handoff.notices);
  notices.AddEach(input.site.notices);
  for (const StatusInput::Service& service : input.services) {
    notices.AddEach(service.snapshot.notices);
  }
  root.PutStrings("problems", MergeProblems(input));
  return document.ToText(true) + "\n";
}

void ServiceTable::Update(ServiceSnapshot snapshot) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto known = services_.find(snapshot.service);
  if (known == services_.end() && services_.size() >= kServicesMax) return;
  std::string name = snapshot.service;
  services_[name] = {std::move(snapshot), Clock::now()};
}

std::vector<StatusInput::Service> ServiceTable::Report() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<StatusInput::Service> services;
  for (const auto& [name, entry] : services_) {
    auto silent = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - entry.heard);
    services.push_back({entry.snapshot, static_cast<uint64_t>(silent.count())});
  }
  return services;
}

}  // namespace airgap
