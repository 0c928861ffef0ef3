#include "netboot/read_lanes.h"

#include <utility>

namespace airgap {

ReadLanes::~ReadLanes() {
  for (auto& [medium, lane] : lanes_) Stop(lane.get());
}

void ReadLanes::Run(Lane* lane) {
  std::unique_lock lock(lane->mutex);
  for (;;) {
    lane->changed.wait(lock, [lane] { return lane->stopping || !lane->waiting.empty(); });
    if (lane->stopping) return;
    Job job = std::move(lane->waiting.front());
    lane->waiting.pop_front();
    lane->running = true;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    lane->running = false;
  }
}

void ReadLanes::Stop(Lane* lane) {
  {
    std::lock_guard lock(lane->mutex);
    lane->stopping = true;
  }
  lane->changed.notify_one();
  lane->thread.join();
}

bool ReadLanes::Submit(int medium, Job job) {
  std::unique_ptr<Lane>& lane = lanes_[medium];
  if (!lane) {
    lane = std::make_unique<Lane>();
    lane->thread = std::thread(Run, lane.get());
  }
  {
    std::lock_guard lock(lane->mutex);
    if (lane->waiting.size() >= jobs_max_count_) return false;
    lane->waiting.push_back(std::move(job));
  }
  lane->changed.notify_one();
  return true;
}

void ReadLanes::ForgetIdle() {
  for (auto at = lanes_.begin(); at != lanes_.end();) {
    Lane* lane = at->second.get();
    bool idle = false;
    {
      std::lock_guard lock(lane->mutex);
      idle = !lane->running && lane->waiting.empty();
    }
    if (!idle) {
      ++at;
      continue;
    }
    Stop(lane);
    at = lanes_.erase(at);
  }
}

}  // namespace airgap
