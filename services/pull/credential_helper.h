// Asking one of docker's credential helpers: a program that keeps passwords.
// https://github.com/docker/docker-credential-helpers#development
#pragma once

#include <optional>
#include <string>

#include "base/status.h"

namespace airgap {

struct HelperLogin {
  std::string user;
  std::string secret;
};

// "osxkeychain": what may follow docker-credential- in a program's name.
bool IsHelperName(const std::string& name);

// Runs `docker-credential-<name> get` with `server` as its input. Nothing when it has no login for
// the server; kDenied when it cannot be run, kUnsupported when what it says is not understood.
// Never shows what it said.
Result<std::optional<HelperLogin>> AskCredentialHelper(const std::string& name,
                                                       const std::string& server);

}  // namespace airgap
