#include "cli/netbootd_options.h"

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/command_line.h"

namespace airgap {

bool ParseNetbootdOptions(int argc, char** argv, NetbootdOptions* options, int* exit_code) {
  CLI::App app("DHCP, proxyDHCP and DNS for machines that boot over the network.", "netbootd");
  NetbootFrontOptions& front = options->front;
  app.set_version_flag("--version", std::string(kVersion));
  app.add_option("--settings", front.settings_path,
                 "the file netboot that 'cozy-airgap site read' wrote");
  app.add_option("--arming", front.arming_path, "what somebody at the console decided");
  app.add_option("--dir", front.folder, "where to keep what is true until power-off")->required();
  app.add_option("--leases", front.lease_path, "the file of leases; in that folder when left out");
  app.add_option("--dnsmasq", front.dnsmasq, "the program")->capture_default_str();
  app.add_option("--interface", front.adapters, "an adapter; every one when left out");
  app.add_option("--retired", front.retired_path,
                 "a file that is there once the handoff is over: nothing is offered any more");
  app.add_option("--events", options->events, "Unix socket of the control service");
  return ParseCommandLine(&app, argc, argv, exit_code);
}

}  // namespace airgap
