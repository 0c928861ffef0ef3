// What the appliance's programs need from a static C++ runtime: exceptions across functions and
// threads, thread-local storage, the file system, regular expressions and clocks.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

thread_local int calls = 0;

void Throw(int number) {
  calls++;
  throw std::runtime_error("number " + std::to_string(number));
}

int CaughtInThreads(int count) {
  std::atomic<int> caught{0};
  {
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; i++) {
      threads.emplace_back([&caught, i] {
        try {
          Throw(i);
        } catch (const std::exception& error) {
          if (calls == 1 && error.what() == "number " + std::to_string(i)) caught++;
        }
      });
    }
  }
  return caught;
}

}  // namespace

int main() {
  const bool ok = CaughtInThreads(8) == 8 && std::filesystem::is_directory("/proc/self") &&
                  std::regex_match("sha256:00", std::regex("[a-z0-9]+:[0-9a-f]+")) &&
                  std::chrono::system_clock::now().time_since_epoch().count() > 0;
  std::puts(ok ? "ok" : "failed");
  return ok ? 0 : 1;
}
