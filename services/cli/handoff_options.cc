#include "cli/handoff_options.h"

#include <CLI/CLI.hpp>

#include "base/limits.h"
#include "cli/open_files.h"
#include "cli/parallel.h"
#include "cli/stop_signal.h"

namespace airgap {
namespace {

// The name by which the client knows the target, whatever its address is.
constexpr char kTargetHost[] = "target";

}  // namespace

void AddRegistryOptions(CLI::App* command, const char* name, RegistryOptions* options) {
  options->jobs = limits::handoff_jobs_default_count;
  command
      ->add_option(name, options->registry,
                   "the registry: https://HOST[:PORT][/PREFIX]; what was at ghcr.io/x is at"
                   " PREFIX/ghcr.io/x there")
      ->required();
  command->add_option("--registry-ca", options->ca, "PEM file of CAs to trust as well");
  command->add_option("--credentials", options->credentials,
                      "docker's config.json (default: where docker keeps it)");
  command->add_option("--jobs", options->jobs, "transfers at a time")
      ->check(CLI::Range(1U, limits::handoff_jobs_max_count))
      ->capture_default_str();
}

void AddHandoffOptions(CLI::App* command, const char* name, HandoffOptions* options) {
  command
      ->add_option("--bundle", options->bundles,
                   "a bundle; may be repeated: a delta and its base, for one")
      ->required()
      ->allow_extra_args(false);
  AddRegistryOptions(command, name, options);
}

Result<std::unique_ptr<OpenedTarget>> OpenTarget(const RegistryOptions& options, bool pushes) {
  RegistryClientOptions client;
  bool has_scheme = options.registry.find("://") != std::string::npos;
  client.mirrors[kTargetHost] = has_scheme ? options.registry : "https://" + options.registry;
  client.ca_file = options.ca;
  client.credentials_file = options.credentials;
  client.stop = StopOnSignal();
  client.pushes = pushes;
  // That it is a URL is found out before anything is asked.
  RETURN_IF_ERROR(EndpointFor(kTargetHost, client).status());
  auto opened = std::make_unique<OpenedTarget>();
  ASSIGN_OR_RETURN(opened->client, RegistryClient::Create(std::move(client)));
  opened->target.client = opened->client.get();
  opened->target.host = kTargetHost;
  unsigned jobs = options.jobs;
  opened->target.run = [jobs](size_t count, const std::function<bool(size_t)>& task) {
    RunParallel(jobs, count, task);
  };
  return opened;
}

Result<std::unique_ptr<Handoff>> OpenHandoff(const HandoffOptions& options, bool pushes) {
  auto handoff = std::make_unique<Handoff>();
  ASSIGN_OR_RETURN(auto bundles, OpenEvery(options.bundles));
  handoff->catalog = Catalog::Build(std::move(bundles));
  ASSIGN_OR_RETURN(handoff->plan, HandoffPlan::Make(*handoff->catalog));
  ASSIGN_OR_RETURN(handoff->opened, OpenTarget(options, pushes));
  handoff->target = handoff->opened->target;
  return handoff;
}

}  // namespace airgap
