#include "net/idle_connections.h"

#include <sys/socket.h>

#include "base/limits.h"

namespace airgap {

void IdleConnections::Idle(Entry* entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (entry->is_listed) return;
  entry->is_listed = true;
  entry->since = std::chrono::steady_clock::now();
  entry->place = entries_.insert(entries_.end(), entry);
}

void IdleConnections::Remove(Entry* entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!entry->is_listed) return;
  entry->is_listed = false;
  entries_.erase(entry->place);
}

bool IdleConnections::EndLongest() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (entries_.empty()) return false;
  Entry* longest = entries_.front();
  auto idle = std::chrono::steady_clock::now() - longest->since;
  if (idle < std::chrono::milliseconds(limits::http_idle_makes_room_ms)) return false;
  entries_.pop_front();
  longest->is_listed = false;
  // A request that arrives at this moment is still answered: only reading ends.
  shutdown(longest->fd, SHUT_RD);
  return true;
}

}  // namespace airgap
