// controld: the front for people. HTTPS: a page and /api/v1/status, gathered from what the services
// say, and what may be changed there; a status file for the console.
#include "cli/control_front.h"
#include "cli/daemon.h"
#include "cli/daemon_options.h"
#include "cli/exit_code.h"

namespace airgap {
namespace {

int Fail(const Status& status) { return FailProgram("controld", status); }

ControlFront::Options OptionsOf(const DaemonOptions& options) {
  ControlFront::Options front;
  front.ca_path = options.ca;
  front.status_file = options.status_file;
  front.site_folder = options.site_folder;
  front.log_folder = options.log_folder;
  front.actions = options.actions;
  front.handoff.folder = options.handoff_folder;
  front.handoff.is_kept = options.is_handoff_kept;
  front.handoff.site_folder = options.site_folder;
  if (!options.actions.orders_folder.empty()) {
    front.handoff.order_path = options.actions.orders_folder + "/handoff";
  }
  front.handoff.ca_path = options.ca;
  front.handoff.tls = options.tls;
  front.handoff.program_path = options.probe_program;
  front.handoff.retired_path = options.retired_path;
  return front;
}

int Run(const DaemonOptions& options) {
  auto source = ServedBundles::Open(RealEnv(), options.bundles);
  if (!source.ok()) return Fail(source.status());
  ControlFront front(RealEnv(), source->get(), OptionsOf(options));
  Status opened = front.OpenHandoff(source->get());
  if (!opened.ok()) return Fail(opened);
  Result<std::unique_ptr<EventThread>> events = std::unique_ptr<EventThread>();
  if (!options.events.empty()) {
    events = EventThread::Start(options.events, &front.services());
    if (!events.ok()) return Fail(events.status());
  }
  HttpServerOptions server_options;
  server_options.tls_listen = options.listen;
  server_options.plain_listen = options.http;
  server_options.tls = options.tls;
  auto server = HttpServer::Start(server_options,
                                  [&](const HttpRequest& request) { return front.Serve(request); });
  if (!server.ok()) return Fail(server.status());
  RunUntilStopped(
      [&] {
        (*source)->Reload(false);
        front.Beat();
      },
      [&] { (*source)->Reload(true); });
  return kExitFine;
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) {
  airgap::BlockSignals();
  airgap::DaemonOptions options;
  int exit_code = 0;
  airgap::DaemonOptionSet set{.program = "controld",
                              .about = "Shows people what the appliance does.",
                              .default_listen = "0.0.0.0:443",
                              .has_tls = true,
                              .has_control = true};
  if (!airgap::ParseDaemonOptions(set, argc, argv, &options, &exit_code)) return exit_code;
  return airgap::Run(options);
}
