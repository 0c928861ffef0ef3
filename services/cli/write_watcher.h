// The progress of a bundle that is being written, while several threads write it.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "cli/progress.h"
#include "store/bundle_writer.h"

namespace airgap {

// Draws the writer's progress until it goes out of scope, and hands a stop on to the writer.
class WriteWatcher {
 public:
  // `writer` and `stop` outlive it.
  WriteWatcher(BundleWriter* writer, std::string title, bool quiet, const std::atomic<bool>* stop);
  ~WriteWatcher();

 private:
  void Run();
  void Draw();

  BundleWriter* const writer_;
  ProgressLine line_;
  const std::atomic<bool>* const stop_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace airgap
