// One process that serves everything: what `cozy-airgap serve` and `cozy-airgap netboot` do.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/netboot_front.h"
#include "cli/netboot_setup.h"
#include "cli/push_setup.h"
#include "cli/served_bundles.h"
#include "net/http_server.h"

namespace airgap {

struct ServeOptions {
  ServedBundles::Options bundles;
  HttpServerOptions http;
  std::string tftp_listen;   // empty: no TFTP
  std::string state_folder;  // of the CA made here; empty: that of the user
  PushSetup::Options push;
  NetbootOptions netboot;
  // With a folder: DHCP, proxyDHCP and DNS as well.
  NetbootFrontOptions front;
};

// Until it is told to stop; returns the exit code.
int RunServe(const CommandContext& context, ServeOptions options);

}  // namespace airgap
