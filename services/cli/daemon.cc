#include "cli/daemon.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include <unistd.h>

namespace airgap {
namespace {

constexpr auto kStopTimeout = std::chrono::seconds(5);

sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

void BlockSignals() {
  sigset_t signals = OurSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void RunUntilStopped(const std::function<void()>& every_second,
                     const std::function<void()>& on_reload) {
  using Clock = std::chrono::steady_clock;
  sigset_t signals = OurSignals();
  auto next = Clock::now();
  for (;;) {
    auto now = Clock::now();
    if (now >= next) {
      every_second();
      next = now + std::chrono::seconds(1);
      continue;
    }
    auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(next - now);
    timespec timeout{static_cast<time_t>(wait.count() / 1'000'000'000),
                     static_cast<long>(wait.count() % 1'000'000'000)};
    int signal_number = sigtimedwait(&signals, nullptr, &timeout);
    if (signal_number == SIGHUP) on_reload();
    if (signal_number == SIGTERM || signal_number == SIGINT) break;
  }
  std::thread([] {
    std::this_thread::sleep_for(kStopTimeout);
    _exit(0);
  }).detach();
}

}  // namespace airgap
