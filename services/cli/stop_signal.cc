#include "cli/stop_signal.h"

#include <csignal>

namespace airgap {
namespace {

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void Stop(int) { stopped = true; }

}  // namespace

const std::atomic<bool>* StopOnSignal() {
  struct sigaction action = {};
  action.sa_handler = Stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return &stopped;
}

}  // namespace airgap
