// When to ask a registry again.
#pragma once

#include <atomic>
#include <string>

#include "net/http_client.h"

namespace airgap {

// One piece of work that may fail for a while. Waits between attempts: a second, then twice as
// long each time, or what Retry-After says, at most limits::http_retry_wait_max_s.
class Retry {
 public:
  // `stop` may be null: when it becomes true there is no other attempt.
  explicit Retry(const std::atomic<bool>* stop) : stop_(stop) {}
  // Whether `status` or `reply` may pass; sleeps before it says yes.
  bool Again(const Result<HttpReply>& outcome);
  // Something came: attempts are counted from the start.
  void Progress() { attempts_ = 0; }

 private:
  bool WaitIsOver(unsigned seconds) const;

  const std::atomic<bool>* stop_;
  unsigned attempts_ = 0;
};

// Seconds that a Retry-After header asks for (RFC 9110 10.2.3), 0 for none or a date.
unsigned RetryAfterSeconds(const std::string& header);
// 429, 500, 502, 503, 504.
bool IsPassingStatus(int http_status);

}  // namespace airgap
