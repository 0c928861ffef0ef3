#include "cli/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace airgap {

void RunParallel(size_t threads, size_t count, const std::function<bool(size_t)>& task) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (;;) {
      size_t number = next.fetch_add(1);
      if (number >= count) return;
      if (!task(number)) next = count;
    }
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
}

}  // namespace airgap
