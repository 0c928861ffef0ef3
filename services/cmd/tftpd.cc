// tftpd: boot assets of bundles over TFTP, for firmware that knows nothing better.
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "base/version.h"
#include "cli/daemon.h"
#include "cli/daemon_options.h"
#include "cli/exit_code.h"
#include "cli/node_reports.h"
#include "control/bundle_report.h"
#include "control/client_table.h"
#include "control/node_table.h"
#include "net/events.h"
#include "netboot/tftp_server.h"

namespace airgap {
namespace {

using Clock = std::chrono::steady_clock;

int Fail(const Status& status) { return FailProgram("tftpd", status); }

void Report(const TftpTransferReport& report) {
  if (report.problem.empty()) return;
  fprintf(stderr, "tftpd: %s: %s: %s\n", report.client.c_str(), report.asset.c_str(),
          report.problem.c_str());
}

int Run(const DaemonOptions& options) {
  Clock::time_point started = Clock::now();
  auto source = ServedBundles::Open(RealEnv(), options.bundles);
  if (!source.ok()) return Fail(source.status());
  ClientTable clients;
  TftpServerOptions server_options;
  server_options.listen = options.listen;
  NodeTable nodes;
  server_options.on_end = [&](const TftpTransferReport& report) {
    clients.Count(report.client, report.bytes, true);
    nodes.Note(NodeOf(report));
    Report(report);
  };
  auto loaders = ReadBootLoaders(RealEnv(), options.netboot.loaders_folder);
  if (!loaders.ok()) return Fail(loaders.status());
  server_options.boot_loaders = *std::move(loaders);
  auto server = TftpServer::Start(server_options, [&] { return (*source)->catalog(); });
  if (!server.ok()) return Fail(server.status());
  EventSender events(options.events);
  auto say = [&] {
    TftpCounters counters = (*server)->counters();
    ServiceSnapshot snapshot;
    snapshot.service = "tftpd";
    snapshot.version = kVersion;
    snapshot.pid = static_cast<uint64_t>(getpid());
    snapshot.uptime_s = static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started).count());
    snapshot.requests = counters.requests;
    snapshot.bytes_sent = counters.bytes_sent;
    snapshot.connections_open = counters.transfers_open;
    snapshot.bundles = ReportBundles(*(*source)->catalog());
    clients.ReportTo(&snapshot);
    snapshot.nodes = nodes.Report();
    snapshot.problems = (*source)->problems();
    events.Send(snapshot.ToText());
  };
  RunUntilStopped(
      [&] {
        (*source)->Reload(false);
        if (!options.events.empty()) say();
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
  airgap::DaemonOptionSet set{.program = "tftpd",
                              .about = "Serves boot assets over TFTP.",
                              .default_listen = "0.0.0.0:69",
                              .has_boot_loaders = true};
  if (!airgap::ParseDaemonOptions(set, argc, argv, &options, &exit_code)) return exit_code;
  return airgap::Run(options);
}
