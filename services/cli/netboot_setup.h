// The options of programs that answer machines which boot over the network.
#pragma once

#include <string>

#include "base/status.h"
#include "cli/serving.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace airgap {

struct NetbootOptions {
  bool is_offered = false;
  std::string folder;          // with groups/*.json and profiles/*.json; empty: what bundles carry
  std::string loaders_folder;  // with iPXE; empty: none
  std::string configs_folder;  // MachineConfigOptions; empty: no machine configs
  std::string configured_folder;
  std::string armed_path;  // machines boot only while this file is there; empty: always
};

void AddNetbootOptions(CLI::App* app, NetbootOptions* options);
// --ipxe and --matchbox alone.
CLI::Option* AddBootLoaderOption(CLI::App* app, std::string* folder);
CLI::Option* AddMatchboxOption(CLI::App* app, std::string* folder);
// --machine-configs and --configured.
void AddMachineConfigOptions(CLI::App* app, NetbootOptions* options);

// Has `serving` answer machines that boot over the network, if that is wanted. `ca_path` and
// `tls_listen` are for those that fetch their machine config. kInvalidArgument, kNotFound or
// kCorrupt: what is wrong in which file.
Status OfferNetboot(const NetbootOptions& options, const std::string& ca_path,
                    const std::string& tls_listen, Serving* serving);
// Reads the plan again: what was read before stays when the new one is wrong.
Status ReloadNetboot(const NetbootOptions& options, Serving* serving);

}  // namespace airgap
