// Who was here: requests and bytes per client address.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/snapshot.h"

namespace airgap {

// Safe to use from several threads. Bounded: when it is full, the client that was quiet the
// longest is forgotten.
class ClientTable {
 public:
  // `is_pull`: it was given an image or an asset, or was told that it is here.
  void Count(const std::string& address, uint64_t bytes, bool is_pull);
  // `clients` of the snapshot, most recent first, at most limits::clients_listed_max_count; and
  // when one that has no place there pulled last.
  void ReportTo(ServiceSnapshot* snapshot) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    uint64_t requests = 0;
    uint64_t bytes = 0;
    Clock::time_point last_seen;
    std::optional<Clock::time_point> last_pull;
  };
  void ForgetQuietest();

  mutable std::mutex mutex_;
  std::map<std::string, Entry> clients_;                  // guarded by mutex_, as the next
  std::optional<Clock::time_point> forgotten_last_pull_;  // of those who had to go
};

}  // namespace airgap
