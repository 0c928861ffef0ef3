// The options of programs that answer machines which boot over the network.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "netboot/netboot_plan.h"

namespace CLI {
class App;
}

namespace airgap {

struct NetbootOptions {
  bool is_offered = false;
  std::string folder;  // with groups/*.json and profiles/*.json; empty: what bundles carry
};

void AddNetbootOptions(CLI::App* app, NetbootOptions* options);

// Reads the folder. kInvalidArgument or kCorrupt: what is wrong in which file.
Result<std::shared_ptr<const NetbootPlan>> ReadNetbootPlan(const NetbootOptions& options);

}  // namespace airgap
