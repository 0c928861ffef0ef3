// What `push` and `preflight` have in common: bundles, and a registry.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "handoff/push_plan.h"
#include "handoff/target.h"

namespace CLI {
class App;
}

namespace airgap {

struct RegistryOptions {
  std::string registry;  // a URL, or HOST[:PORT][/PREFIX] for https
  std::string ca;
  std::string credentials;
  unsigned jobs = 0;
};

struct HandoffOptions : RegistryOptions {
  std::vector<std::string> bundles;
};

// `name` is the option that names the registry.
void AddRegistryOptions(CLI::App* command, const char* name, RegistryOptions* options);
// And the bundles.
void AddHandoffOptions(CLI::App* command, const char* name, HandoffOptions* options);

struct OpenedTarget {
  std::unique_ptr<RegistryClient> client;
  HandoffTarget target;
};
Result<std::unique_ptr<OpenedTarget>> OpenTarget(const RegistryOptions& options, bool pushes);

// What is to be at the target, and how to reach it.
struct Handoff {
  std::shared_ptr<const Catalog> catalog;
  HandoffPlan plan;
  std::unique_ptr<OpenedTarget> opened;
  HandoffTarget target;
};
Result<std::unique_ptr<Handoff>> OpenHandoff(const HandoffOptions& options, bool pushes);

struct HandoffOutcome {
  int exit_code = 0;
  bool has_report = false;  // false: the error was all there is to tell
};
// What `push` and `preflight` do; both tell `root` what they found.
HandoffOutcome PushAll(const CommandContext& context, const HandoffOptions& options,
                       bool is_dry_run, JsonNode root);
HandoffOutcome PreflightAll(const CommandContext& context, const HandoffOptions& options,
                            bool is_deep, JsonNode root);

}  // namespace airgap
