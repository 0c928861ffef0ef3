// Tells machines that boot over the network what this host's clock says: without the right time
// they take no certificate for valid. (On the appliance BusyBox's ntpd does it, which sets the
// clock too.)
#pragma once

#include <atomic>
#include <thread>

#include "base/env.h"
#include "base/status.h"
#include "net/listen.h"

namespace airgap {

class TimeServer {
 public:
  TimeServer() = default;
  ~TimeServer() { Stop(); }
  TimeServer(const TimeServer&) = delete;
  TimeServer& operator=(const TimeServer&) = delete;

  // Answers on that UDP port of every IPv4 address from now on; nothing to do when it does already.
  // kUnavailable: another program has the port.
  Status Start(uint16_t port);
  void Stop();
  uint16_t port() const { return socket_.valid() ? LocalPort(socket_.get()) : 0; }

 private:
  void Run();

  UniqueFd socket_;
  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

}  // namespace airgap
