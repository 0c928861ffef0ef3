// netbootd: DHCP, proxyDHCP and DNS for machines that boot over the network, by dnsmasq.
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "base/version.h"
#include "cli/daemon.h"
#include "cli/exit_code.h"
#include "cli/netboot_front.h"
#include "cli/netbootd_options.h"
#include "cli/node_reports.h"
#include "control/node_table.h"
#include "net/events.h"

namespace airgap {
namespace {

using Clock = std::chrono::steady_clock;

int Run(const NetbootdOptions& options) {
  Clock::time_point started = Clock::now();
  NetbootFront front(options.front);
  NodeTable nodes;
  EventSender events(options.events);
  auto beat = [&] {
    std::vector<std::string> before = front.problems();
    front.Beat();
    for (const DhcpSighting& seen : front.sightings()) nodes.Note(NodeOf(seen));
    if (front.problems() != before) {
      for (const std::string& problem : front.problems()) {
        fprintf(stderr, "netbootd: %s\n", problem.c_str());
      }
    }
    ServiceSnapshot snapshot;
    snapshot.service = "netbootd";
    snapshot.version = kVersion;
    snapshot.pid = static_cast<uint64_t>(getpid());
    snapshot.uptime_s = static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started).count());
    snapshot.nodes = nodes.Report();
    snapshot.dependents = front.dependents();
    snapshot.notices = front.notices();
    snapshot.problems = front.problems();
    if (!options.events.empty()) events.Send(snapshot.ToText());
  };
  RunUntilStopped(beat, beat);
  return kExitFine;
}

}  // namespace
}  // namespace airgap

int main(int argc, char** argv) {
  airgap::BlockSignals();
  airgap::NetbootdOptions options;
  int exit_code = 0;
  if (!airgap::ParseNetbootdOptions(argc, argv, &options, &exit_code)) return exit_code;
  return airgap::Run(options);
}
