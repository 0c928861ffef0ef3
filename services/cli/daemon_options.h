// The options of the programs that stay: registryd, controld and tftpd.
#pragma once

#include <string>
#include <vector>

#include "cli/control_actions.h"
#include "cli/netboot_setup.h"
#include "cli/push_setup.h"
#include "cli/served_bundles.h"
#include "net/http_server.h"

namespace CLI {
class App;
}

namespace airgap {

struct DaemonOptions {
  std::string listen;
  std::string http;
  TlsFiles tls;
  std::string ca;
  std::string events;
  std::string status_file;
  std::string site_folder;
  std::string log_folder;
  std::string retired_path;  // Serving::SetRetiredBy(), HandoffFront::Options
  std::string handoff_folder;
  bool is_handoff_kept = false;
  std::string probe_program = "/usr/bin/cozy-airgap";
  ControlActionOptions actions;
  ServedBundles::Options bundles;
  PushSetup::Options push;
  NetbootOptions netboot;
};

// Which options a program has.
struct DaemonOptionSet {
  std::string program;  // "registryd"
  std::string about;
  std::string default_listen;
  bool has_http = false;
  bool has_tls = false;
  bool has_control = false;  // what controld has
  bool has_push = false;
  bool has_boot_loaders = false;
  bool has_netboot = false;  // boot loaders included
};

// True when the program is to go on; otherwise `*exit_code` is what it ends with (help, a wrong
// option, which is printed).
bool ParseDaemonOptions(const DaemonOptionSet& set, int argc, char** argv, DaemonOptions* options,
                        int* exit_code);

}  // namespace airgap
