// dnsmasq as a child process that runs on a configuration which may change at any time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "netboot/dnsmasq_log.h"

namespace airgap {

// For one thread. The child ends with this object, and with the thread that made it.
class Dnsmasq {
 public:
  // `program`: its path; `folder`: where its configuration and leases are, which must exist.
  Dnsmasq(std::string program, std::string folder);
  ~Dnsmasq() { Stop(); }
  Dnsmasq(const Dnsmasq&) = delete;
  Dnsmasq& operator=(const Dnsmasq&) = delete;

  // Call about once a second: it runs on `config`, or not at all if that is empty; one that ended
  // by itself starts again after a pause. kUnavailable: it does not run, and why.
  Status Keep(const std::string& config);
  bool is_running() const { return pid_ > 0; }
  // What it has logged since the last call; what people may want to read goes on to standard error.
  std::vector<DhcpSighting> TakeSightings();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kPause = std::chrono::seconds(5);

  void Reap();
  void Stop();
  Status Start(const std::string& config);

  const std::string program_;
  const std::string folder_;
  std::string config_;  // of the child that runs or ran last
  pid_t pid_ = 0;
  UniqueFd log_;     // what it writes
  std::string cut_;  // the beginning of a line whose end has not come yet
  DnsmasqLog sightings_;
  Status failure_;  // why the last one ended by itself
  Clock::time_point ended_{};
};

}  // namespace airgap
