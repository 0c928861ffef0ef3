// Ctrl-C and SIGTERM end long work in good order; a second one ends it at once.
#pragma once

#include <atomic>

namespace airgap {

// Handles both signals from the first call on. The flag becomes true with the first of them.
const std::atomic<bool>* StopOnSignal();

}  // namespace airgap
