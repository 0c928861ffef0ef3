// Connections on which no request is being answered: when all places are taken the one that has
// been idle longest makes room, so that a thousand silent clients keep nobody out.
#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>

namespace airgap {

// Safe to use from several threads.
class IdleConnections {
 public:
  // One for each connection, owned by whoever has that, and removed before its socket is closed.
  struct Entry {
    explicit Entry(int socket) : fd(socket) {}
    const int fd;

   private:
    friend class IdleConnections;
    bool is_listed = false;
    bool is_answering = false;
    std::chrono::steady_clock::time_point since;
    std::list<Entry*>::iterator place;
  };

  // A connection stands, or its request has been answered.
  void Idle(Entry* entry);
  // A request's head is here.
  void Answering(Entry* entry);
  // The connection ends.
  void Remove(Entry* entry);
  // Lets the longest idle connection read an end, after which its thread closes it. False when
  // none has been idle for limits::http_idle_makes_room_ms.
  bool EndLongest();
  // Connections on which a request is being answered.
  unsigned answering_count() const { return answering_count_; }

 private:
  void Forget(Entry* entry);  // under the mutex

  std::mutex mutex_;
  std::atomic<unsigned> answering_count_{0};
  std::list<Entry*> entries_;  // the longest idle first
};

}  // namespace airgap
