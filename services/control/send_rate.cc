#include "control/send_rate.h"

#include <filesystem>
#include <fstream>

namespace airgap {
namespace {

namespace fs = std::filesystem;

// What has no device is a bond, a VLAN or the loopback: bytes of adapters are not counted twice.
uint64_t SentBytes(const std::string& folder) {
  uint64_t sum = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    uint64_t bytes = 0;
    std::ifstream file(at->path() / "statistics" / "tx_bytes");
    if (fs::exists(at->path() / "device", ignored) && file >> bytes) sum += bytes;
  }
  return sum;
}

}  // namespace

uint64_t SendRate::BytesPerSecond(Clock::time_point now) {
  if (folder_.empty()) return 0;
  std::lock_guard lock(mutex_);
  std::chrono::duration<double> passed = now - last_;
  if (is_known_ && passed < std::chrono::milliseconds(900)) return rate_;
  uint64_t bytes = SentBytes(folder_);
  // Less than before: an adapter was pulled out.
  bool is_more = is_known_ && bytes > last_bytes_;
  rate_ = is_more ? static_cast<uint64_t>(static_cast<double>(bytes - last_bytes_) / passed.count())
                  : 0;
  is_known_ = true;
  last_bytes_ = bytes;
  last_ = now;
  return rate_;
}

}  // namespace airgap
