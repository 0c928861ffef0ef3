#include "cli/write_watcher.h"

#include <chrono>

namespace airgap {

WriteWatcher::WriteWatcher(BundleWriter* writer, std::string title, bool quiet,
                           const std::atomic<bool>* stop)
    : writer_(writer), line_(std::move(title), quiet), stop_(stop), thread_([this] { Run(); }) {}

WriteWatcher::~WriteWatcher() {
  done_ = true;
  thread_.join();
  Draw();
}

void WriteWatcher::Run() {
  while (!done_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (stop_->load()) writer_->Stop();
    Draw();
  }
}

void WriteWatcher::Draw() {
  WriteProgress now = writer_->progress();
  line_.Update(now.done_bytes, now.total_bytes,
               std::to_string(now.done_blobs) + " of " + std::to_string(now.total_blobs) + " blobs",
               now.kept_bytes);
}

}  // namespace airgap
