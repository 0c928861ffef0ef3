// What every program that stays has in common: signals and a beat once a second.
#pragma once

#include <functional>

namespace airgap {

// Call first in main, before any thread: SIGTERM, SIGINT and SIGHUP wait for RunUntilStopped().
void BlockSignals();

// Something beside the clock that a program waits for.
struct Watched {
  std::function<int()> fd;  // asked each time; -1: nothing now
  std::function<void()> on_readable;
};

// Calls `every_second` each second and `on_reload` for each SIGHUP, on this thread, until SIGTERM
// or SIGINT. From then on the process ends within some seconds with exit code 0, even when a
// thread hangs in a read of a medium that does not answer.
void RunUntilStopped(const std::function<void()>& every_second,
                     const std::function<void()>& on_reload, const Watched& watched = {});

}  // namespace airgap
