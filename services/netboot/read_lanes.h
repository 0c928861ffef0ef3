// Threads that wait for media, so that nobody else does: jobs on one medium run in order on a
// thread of its own, and a medium that hangs holds up only its own jobs.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace airgap {

class ReadLanes {
 public:
  using Job = std::function<void()>;

  explicit ReadLanes(size_t jobs_max_count) : jobs_max_count_(jobs_max_count) {}
  // Waits for the jobs that run; those that wait are dropped.
  ~ReadLanes();
  ReadLanes(const ReadLanes&) = delete;
  ReadLanes& operator=(const ReadLanes&) = delete;

  // `medium`: a file descriptor, or any other number that names it. False when too many wait.
  // Call from one thread, as the others here.
  bool Submit(int medium, Job job);
  // Ends the threads of media that nothing waits for.
  void ForgetIdle();

 private:
  struct Lane {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> waiting;  // guarded by mutex, as are the next two
    bool running = false;
    bool stopping = false;
    std::thread thread;
  };
  static void Run(Lane* lane);
  static void Stop(Lane* lane);

  size_t jobs_max_count_;
  std::map<int, std::unique_ptr<Lane>> lanes_;
};

}  // namespace airgap
