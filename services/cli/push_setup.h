// Pushing, where it is switched on: the overlay and who may write to it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "overlay/overlay.h"
#include "registry/logins.h"
#include "registry/registry_api.h"

namespace CLI {
class App;
}

namespace airgap {

class PushSetup {
 public:
  struct Options {
    std::string folder;       // of the overlay; empty: nobody pushes
    std::string logins_path;  // needed with a folder
    bool login_to_pull = false;
  };
  static void AddTo(CLI::App* app, Options* options);

  // Nothing is opened when pushing is off. kInvalidArgument: a folder without logins, or the other
  // way round.
  static Result<std::unique_ptr<PushSetup>> Open(Env* env, const Options& options);

  // For RegistryApi; valid while this lives.
  PushOptions options() const { return {overlay_.get(), logins_.get(), login_to_pull_}; }
  // What opening the overlay found lost, one line each.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  PushSetup() = default;

  std::unique_ptr<Overlay> overlay_;
  std::unique_ptr<Logins> logins_;
  bool login_to_pull_ = false;
  std::vector<std::string> problems_;
};

}  // namespace airgap
