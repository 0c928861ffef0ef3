// registryd: the front for machines. HTTPS: the OCI distribution API, boot assets, metrics. Plain
// HTTP: boot assets for firmware that knows nothing better. No state of its own, unless clients may
// push: what they push.
#include "cli/daemon.h"
#include "cli/daemon_options.h"
#include "cli/exit_code.h"
#include "cli/serving.h"
#include "net/events.h"

namespace airgap {
namespace {

int Fail(const Status& status) { return FailProgram("registryd", status); }

int Run(const DaemonOptions& options) {
  auto source = ServedBundles::Open(RealEnv(), options.bundles);
  if (!source.ok()) return Fail(source.status());
  auto push = PushSetup::Open(RealEnv(), options.push);
  if (!push.ok()) return Fail(push.status());
  Serving serving(RealEnv(), "registryd", source->get(), options.ca, push->get());
  Status offered = OfferNetboot(options.netboot, options.ca, options.listen, &serving);
  if (!offered.ok()) return Fail(offered);
  serving.SetRetiredBy(options.retired_path);
  HttpServerOptions server_options;
  server_options.tls_listen = options.listen;
  server_options.plain_listen = options.http;
  server_options.tls = options.tls;
  auto server = HttpServer::Start(
      server_options, [&](const HttpRequest& request) { return serving.Serve(request); });
  if (!server.ok()) return Fail(server.status());
  serving.SetServer(server->get());
  serving.StartVerification();
  EventSender events(options.events);
  auto reload = [&](bool force) {
    if ((*source)->Reload(force)) serving.StartVerification();
  };
  RunUntilStopped(
      [&] {
        reload(false);
        if (!options.events.empty()) events.Send(serving.Snapshot().ToText());
      },
      [&] {
        reload(true);
        Status reloaded = ReloadNetboot(options.netboot, &serving);
        if (!reloaded.ok()) Fail(reloaded);
      });
  return kExitFine;
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) {
  airgap::BlockSignals();
  airgap::DaemonOptions options;
  int exit_code = 0;
  airgap::DaemonOptionSet set{.program = "registryd",
                              .about = "Serves bundles to machines.",
                              .default_listen = "0.0.0.0:5000",
                              .has_http = true,
                              .has_tls = true,
                              .has_push = true,
                              .has_netboot = true};
  if (!airgap::ParseDaemonOptions(set, argc, argv, &options, &exit_code)) return exit_code;
  return airgap::Run(options);
}
