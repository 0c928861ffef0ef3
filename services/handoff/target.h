// The registry that takes over, and how much is done to it at a time.
#pragma once

#include <functional>
#include <string>

#include "pull/registry_client.h"

namespace airgap {

// Calls task(0) ... task(count - 1), each once, several at a time; one that returns false ends it.
using ParallelRunner = std::function<void(size_t count, const std::function<bool(size_t)>& task)>;

struct HandoffTarget {
  RegistryClient* client = nullptr;  // outlives what uses this
  std::string host;                  // a key of the client's mirrors, or the registry itself
  ParallelRunner run;

  Reference Of(const std::string& repository) const { return {host, repository, "", std::nullopt}; }
};

struct HandoffProgress {
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;
  size_t done_count = 0;  // blobs or manifests
  size_t total_count = 0;
};

}  // namespace airgap
