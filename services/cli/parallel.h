// Running many pieces of work in a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace airgap {

// Calls task(0) ... task(count - 1), each once, in at most `threads` threads of which the caller's
// is one; returns when all are done. A task that returns false ends it: none is begun after it.
void RunParallel(size_t threads, size_t count, const std::function<bool(size_t)>& task);

}  // namespace airgap
