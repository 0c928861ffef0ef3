#include "cli/push_setup.h"

#include <CLI/CLI.hpp>

#include "base/limits.h"

namespace airgap {

void PushSetup::AddTo(CLI::App* app, Options* options) {
  app->add_option("--push", options->folder,
                  "let clients push; what they push is kept in this folder, over the bundles");
  app->add_option("--logins", options->logins_path,
                  "who may push: a file that 'cozy-airgap login add' writes");
  app->add_flag("--login-to-pull", options->login_to_pull, "ask for a login to pull as well");
}

Result<std::unique_ptr<PushSetup>> PushSetup::Open(Env* env, const Options& options) {
  std::unique_ptr<PushSetup> setup(new PushSetup());
  if (options.folder.empty()) {
    if (!options.logins_path.empty() || options.login_to_pull) {
      return InvalidArgument("--logins and --login-to-pull belong to --push DIR");
    }
    return setup;
  }
  if (options.logins_path.empty()) {
    return InvalidArgument(
        "--push needs --logins FILE: nobody pushes without a login; make one with"
        " 'cozy-airgap login add --logins FILE --user NAME'");
  }
  ASSIGN_OR_RETURN(std::string text,
                   ReadWholeFile(env, options.logins_path, limits::logins_file_max_bytes));
  ASSIGN_OR_RETURN(setup->logins_, Logins::Parse(text, options.logins_path));
  ASSIGN_OR_RETURN(setup->overlay_, Overlay::Open(env, options.folder, &setup->problems_));
  setup->login_to_pull_ = options.login_to_pull;
  return setup;
}

}  // namespace airgap
