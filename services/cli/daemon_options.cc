#include "cli/daemon_options.h"

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/command_line.h"

namespace airgap {

bool ParseDaemonOptions(const DaemonOptionSet& set, int argc, char** argv, DaemonOptions* options,
                        int* exit_code) {
  CLI::App app(set.about, set.program);
  app.set_version_flag("--version", std::string(kVersion));
  options->listen = set.default_listen;
  app.add_option("--listen", options->listen, "ADDR:PORT, [IPv6]:PORT or :PORT")
      ->capture_default_str();
  if (set.has_http) {
    app.add_option("--http", options->http, "the same, for plain HTTP; none when left out");
  }
  if (set.has_tls) {
    app.add_option("--tls-cert", options->tls.cert_path, "PEM: certificate and what is above it")
        ->required();
    app.add_option("--tls-key", options->tls.key_path, "PEM: the certificate's key")->required();
    app.add_option("--ca", options->ca,
                   "PEM: the CA to give out at /ca.pem; ca.pem beside the certificate when left"
                   " out");
  }
  app.add_option("--bundle", options->bundles.paths, "a bundle, or a medium with bundles on it");
  app.add_option("--bundle-list", options->bundles.list_path,
                 "file with one such path per line, read again when it changes");
  app.add_option(
      "--bundle-keys", options->bundles.keys_path,
      "file of public keys in PEM: when it is there, only bundles that one of them signed"
      " are served");
  if (set.has_control || set.has_netboot) {
    app.add_option("--retired", options->retired_path,
                   "a file that is there once the handoff is over, and nobody pulls here any more");
  }
  app.add_option("--events", options->events, "Unix socket of the control service");
  if (set.has_push) PushSetup::AddTo(&app, &options->push);
  if (set.has_netboot) AddNetbootOptions(&app, &options->netboot);
  if (set.has_boot_loaders) AddBootLoaderOption(&app, &options->netboot.loaders_folder);
  if (set.has_control) {
    app.add_option("--logins", options->actions.logins_path,
                   "who may change things over the network: a file that 'cozy-airgap login add'"
                   " writes, read again when it changes");
    app.add_option("--orders", options->actions.orders_folder, "where to write what they decide");
    app.add_option("--configured", options->actions.configured_folder,
                   "machines that have fetched their machine config, as registryd knows them");
    app.add_option("--status-file", options->status_file, "where the console finds the status");
    app.add_option("--site", options->site_folder, "folder that 'cozy-airgap site read' wrote");
    app.add_option("--handoff", options->handoff_folder,
                   "where to keep the journal of the handoff; none is offered when left out");
    app.add_flag("--handoff-is-kept", options->is_handoff_kept, "that folder outlives a power-off");
    app.add_option("--probe-program", options->probe_program,
                   "the program that runs on nodes to prove where they pull from")
        ->capture_default_str();
    app.add_option("--logs", options->log_folder, "where each service has a folder of its log");
  }
  if (!ParseCommandLine(&app, argc, argv, exit_code)) return false;
  options->actions.site_folder = options->site_folder;
  if (set.has_tls && options->ca.empty()) {
    options->ca = FolderOf(options->tls.cert_path) + "/ca.pem";
  }
  return true;
}

}  // namespace airgap
