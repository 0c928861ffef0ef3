// The registry of the site file, with what it takes to reach it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "handoff/settings.h"
#include "handoff/target.h"

namespace airgap {

class RegistryTarget {
 public:
  // `own_ca` (PEM) is trusted when the settings name no CA. `stop` as in RegistryClientOptions.
  static Result<std::unique_ptr<RegistryTarget>> Open(const HandoffSettings& settings,
                                                      const std::string& own_ca, ParallelRunner run,
                                                      const std::atomic<bool>* stop);
  const HandoffTarget& target() const { return target_; }

 private:
  RegistryTarget() = default;

  std::unique_ptr<RegistryClient> client_;
  HandoffTarget target_;
};

}  // namespace airgap
