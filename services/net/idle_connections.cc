#include "net/idle_connections.h"

#include <sys/socket.h>

#include "base/limits.h"

namespace airgap {

void IdleConnections::Idle(Entry* entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(entry);
  entry->is_listed = true;
  entry->since = std::chrono::steady_clock::now();
  entry->place = entries_.insert(entries_.end(), entry);
}

void IdleConnections::Answering(Entry* entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(entry);
  entry->is_answering = true;
  ++answering_count_;
}

void IdleConnections::Remove(Entry* entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(entry);
}

void IdleConnections::Forget(Entry* entry) {
  if (entry->is_answering) --answering_count_;
  entry->is_answering = false;
  if (entry->is_listed) entries_.erase(entry->place);
  entry->is_listed = false;
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
