#include "pull/retry.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "base/limits.h"

namespace airgap {

unsigned RetryAfterSeconds(const std::string& header) {
  unsigned seconds = 0;
  const char* end = header.data() + header.size();
  auto [stop, error] = std::from_chars(header.data(), end, seconds);
  return error == std::errc() && stop == end ? seconds : 0;
}

bool IsPassingStatus(int http_status) {
  return http_status == 429 || http_status == 500 || http_status == 502 || http_status == 503 ||
         http_status == 504;
}

bool Retry::WaitIsOver(unsigned seconds) const {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (stop_ != nullptr && stop_->load()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

bool Retry::Again(const Result<HttpReply>& outcome) {
  bool may_pass = outcome.ok() ? IsPassingStatus(outcome->status)
                               : outcome.status().code() == Code::kUnavailable;
  if (!may_pass || ++attempts_ >= limits::http_attempts_max_count) return false;
  unsigned wait_s = 1U << (attempts_ - 1);
  if (outcome.ok()) wait_s = std::max(wait_s, RetryAfterSeconds(outcome->Header("retry-after")));
  return WaitIsOver(std::min(wait_s, limits::http_retry_wait_max_s));
}

}  // namespace airgap
