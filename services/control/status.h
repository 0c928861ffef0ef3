// The status document: what /api/v1/status answers and the console shows.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control/site_report.h"
#include "control/snapshot.h"

namespace airgap {

// How far the handoff is.
struct HandoffStatus {
  std::string state = "seeding";
  std::string json;  // an object; empty: nothing is handed over
  std::vector<std::string> notices;
  std::vector<std::string> problems;
};

struct StatusInput {
  std::string version;
  uint64_t uptime_s = 0;
  int64_t clock_unix_s = 0;  // what the machine's clock says; 0: not asked
  std::string host_name;
  std::vector<std::string> addresses;
  std::vector<std::string> urls;  // where to pull from and where to look
  std::string ca_fingerprint;
  struct Service {
    ServiceSnapshot snapshot;
    uint64_t silent_s = 0;  // since its last word
  };
  std::vector<Service> services;
  // What the caller knows of the bundles itself; used where no service reports any.
  std::vector<BundleReport> known_bundles;
  SiteReport site;
  std::vector<std::string> configured;  // ConfiguredMachines()
  HandoffStatus handoff;
  uint64_t sending_bytes_per_s = 0;
  std::vector<std::string> problems;
};

// Pretty JSON. "state" is that of the handoff.
std::string BuildStatus(const StatusInput& input);

// The last word of every service. Safe to use from several threads.
class ServiceTable {
 public:
  void Update(ServiceSnapshot snapshot);
  std::vector<StatusInput::Service> Report() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    ServiceSnapshot snapshot;
    Clock::time_point heard;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry> services_;
};

}  // namespace airgap
