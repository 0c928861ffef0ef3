// Talos machine configs for machines that boot over the network: which one a machine gets, and who
// may fetch it. A config holds the cluster's secrets and a MAC address is no proof of anything, so
// it goes over TLS alone, to whoever has the token that the machine's own script carried.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"
#include "netboot/machine.h"

namespace airgap {

// Whether a file NAME.yaml may be called so: what a machine says of itself must not lead out of the
// folder.
bool IsMachineConfigName(std::string_view name);

struct MachineConfigOptions {
  // NAME.yaml for each machine, where NAME is its MAC address (52-54-00-ab-cd-12), UUID, serial
  // number or host name, or the id of its group: the first of these that is there.
  std::string folder;
  // A file for each machine that has fetched its config, named as its MAC address; whoever removes
  // the file has the machine start over. Empty: they are known until this ends.
  std::string done_folder;
};

// Safe to use from several threads.
class MachineConfigs {
 public:
  // For so long a token is good, again and again: Talos tries more than once.
  static constexpr auto kTokenLifetime = std::chrono::minutes(10);

  // `env` must outlive it.
  MachineConfigs(Env* env, MachineConfigOptions options)
      : env_(env), options_(std::move(options)) {}

  // Whether there is one for a machine that says this of itself. `group` may be empty.
  bool HasFor(const MachineLabels& labels, const std::string& group) const;
  // A new token for it. kNotFound: there is none; kInvalidArgument: it does not say its MAC
  // address.
  Result<std::string> Grant(const MachineLabels& labels, const std::string& group);

  struct Fetched {
    std::string text;
    std::string mac;
  };
  // The config that a token is for. kDenied: no token of now.
  Result<Fetched> Fetch(const std::string& token);

  // Whether the machine has fetched its config, after which it boots from its disk.
  bool IsDone(const std::string& mac) const;
  Status MarkDone(const std::string& mac);

 private:
  using Clock = std::chrono::steady_clock;
  struct Token {
    std::string path;
    std::string mac;
    Clock::time_point end;
  };
  std::string PathFor(const MachineLabels& labels, const std::string& group) const;
  void ForgetOldTokens();

  Env* const env_;
  const MachineConfigOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Token> tokens_;  // guarded by mutex_, as is
  std::map<std::string, bool> done_;     // without a folder
};

// The argument of the kernel that has Talos trust `ca_pem` before it fetches its config:
// talos.config.early, a TrustedRootsConfig under zstd and base64.
// https://docs.siderolabs.com/talos/latest/reference/kernel
Result<std::string> EarlyConfigArgument(const std::string& ca_pem);

}  // namespace airgap
