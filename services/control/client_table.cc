#include "control/client_table.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

uint64_t SecondsBetween(TimePoint from, TimePoint to) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
  return static_cast<uint64_t>(std::max<int64_t>(seconds, 0));
}

}  // namespace

void ClientTable::Count(const std::string& address, uint64_t bytes, bool is_pull) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto found = clients_.find(address);
  if (found == clients_.end()) {
    if (clients_.size() >= limits::http_connections_max_count) ForgetQuietest();
    found = clients_.emplace(address, Entry()).first;
  }
  ++found->second.requests;
  found->second.bytes += bytes;
  found->second.last_seen = Clock::now();
  if (is_pull) found->second.last_pull = found->second.last_seen;
}

void ClientTable::ForgetQuietest() {
  auto quietest = std::min_element(
      clients_.begin(), clients_.end(),
      [](const auto& a, const auto& b) { return a.second.last_seen < b.second.last_seen; });
  // Nothing is there before the first value.
  forgotten_last_pull_ = std::max(forgotten_last_pull_, quietest->second.last_pull);
  clients_.erase(quietest);
}

void ClientTable::ReportTo(ServiceSnapshot* snapshot) const {
  Clock::time_point now = Clock::now();
  std::vector<ClientReport> reports;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    reports.reserve(clients_.size());
    for (const auto& [address, entry] : clients_) {
      reports.push_back({address, entry.requests, entry.bytes, SecondsBetween(entry.last_seen, now),
                         std::nullopt});
      if (entry.last_pull) reports.back().pull_idle_s = SecondsBetween(*entry.last_pull, now);
    }
    if (forgotten_last_pull_) {
      snapshot->unlisted_pull_idle_s = SecondsBetween(*forgotten_last_pull_, now);
    }
  }
  std::stable_sort(reports.begin(), reports.end(),
                   [](const auto& a, const auto& b) { return a.idle_s < b.idle_s; });
  snapshot->clients = std::move(reports);
  snapshot->ListClients(limits::clients_listed_max_count);
}

}  // namespace airgap
