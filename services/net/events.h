// How services tell the control service about themselves: each datagram is one whole JSON
// snapshot of the sender, so that losing one is harmless.
#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

// Sends without ever waiting. Nobody listening is fine: the next snapshot tries again.
class EventSender {
 public:
  // `socket_path` need not exist yet. An empty one makes Send() do nothing.
  explicit EventSender(std::string socket_path);
  // False when it was not delivered. At most limits::event_max_bytes.
  bool Send(std::string_view snapshot);

 private:
  std::string path_;
  UniqueFd socket_;
};

class EventReceiver {
 public:
  // Makes the socket, in place of one that a service before left there.
  static Result<EventReceiver> Open(const std::string& socket_path);
  // The next datagram, or nothing after `timeout_ms` (empty). Oversized ones are dropped.
  std::string Receive(int timeout_ms);

 private:
  UniqueFd socket_;
  std::string buffer_;
};

}  // namespace airgap
