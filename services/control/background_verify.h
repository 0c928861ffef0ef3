// Proves the bundles while they are being served: one thread of the lowest priority that yields
// disk and processor to every pull.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/catalog.h"

namespace airgap {

class BackgroundVerifier {
 public:
  BackgroundVerifier();
  // Stops at the next block.
  ~BackgroundVerifier();

  // Starts over with this catalog: manifests into memory, then what boot assets need, smallest
  // first, then the rest in file order. Blobs that were verified before are not read again.
  void Start(std::shared_ptr<const Catalog> catalog);

  bool is_done() const { return done_; }
  // What could not be verified, one line each; at most limits::corrupt_listed_max_count.
  std::vector<std::string> problems() const;

 private:
  void Run();
  void Verify(const Catalog& catalog);
  void VerifyOne(const Bundle& bundle, size_t blob_number);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<const Catalog> next_;  // guarded by mutex_, as is
  std::vector<std::string> problems_;
  bool stop_ = false;
  std::atomic<bool> interrupted_{false};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace airgap
