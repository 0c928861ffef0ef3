#include "cli/daemon.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iterator>
#include <thread>

#include "base/env.h"

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
                     const std::function<void()>& on_reload, const Watched& watched) {
  using Clock = std::chrono::steady_clock;
  sigset_t signals = OurSignals();
  UniqueFd signal_fd(signalfd(-1, &signals, SFD_CLOEXEC));
  auto next = Clock::now();
  for (;;) {
    auto now = Clock::now();
    if (now >= next) {
      every_second();
      next = now + std::chrono::seconds(1);
      continue;
    }
    auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now);
    pollfd waiting[] = {{signal_fd.get(), POLLIN, 0}, {watched.fd ? watched.fd() : -1, POLLIN, 0}};
    if (poll(waiting, std::size(waiting), static_cast<int>(wait.count())) <= 0) continue;
    if (waiting[1].revents != 0) watched.on_readable();
    signalfd_siginfo caught{};
    if (waiting[0].revents == 0 || read(signal_fd.get(), &caught, sizeof caught) <= 0) continue;
    if (caught.ssi_signo == SIGHUP) on_reload();
    if (caught.ssi_signo == SIGTERM || caught.ssi_signo == SIGINT) break;
  }
  std::thread([] {
    std::this_thread::sleep_for(kStopTimeout);
    _exit(0);
  }).detach();
}

}  // namespace airgap
