// How fast the machine sends, for people who watch it seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace airgap {

// Safe to use from several threads.
class SendRate {
 public:
  using Clock = std::chrono::steady_clock;

  // `folder` is /sys/class/net; empty: nothing is known.
  explicit SendRate(std::string folder) : folder_(std::move(folder)) {}

  // Over the last second or a little longer, of all adapters together; 0 when first asked.
  uint64_t BytesPerSecond(Clock::time_point now = Clock::now());

 private:
  const std::string folder_;
  std::mutex mutex_;
  bool is_known_ = false;
  uint64_t last_bytes_ = 0;
  Clock::time_point last_{};
  uint64_t rate_ = 0;
};

}  // namespace airgap
