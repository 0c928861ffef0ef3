// Names and passwords for registries, from docker's config.json and the helpers that it names.
// https://docs.docker.com/reference/cli/docker/login/#credential-stores
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/json.h"
#include "base/status.h"

namespace airgap {

class Credentials {
 public:
  // `text` is a config.json; `what` names it in errors, which never show its content.
  static Result<Credentials> Parse(std::string_view text, const std::string& what);
  // `path`, or, when empty, the first that exists of $DOCKER_CONFIG/config.json,
  // ~/.docker/config.json and $XDG_RUNTIME_DIR/containers/auth.json. None: no credentials.
  static Result<Credentials> Load(Env* env, const std::string& path);

  // The value of an Authorization header for `host`: "Basic ...", or "Bearer ..." where the file
  // holds a token. A helper is asked once. kDenied or kUnsupported when one cannot be asked.
  // Safe to use from several threads.
  Result<std::optional<std::string>> HeaderFor(const std::string& host) const;

 private:
  struct Asked {  // what helpers said
    std::mutex mutex;
    std::map<std::string, std::optional<std::string>> headers;  // by host
  };
  Status TakeAuth(std::string_view key, JsonView entry, const std::string& what);
  Status TakeHelpers(JsonView root, const std::string& what);

  std::map<std::string, std::string> headers_;  // by host
  std::map<std::string, std::string> helpers_;  // by host
  std::string helper_for_all_;
  std::shared_ptr<Asked> asked_ = std::make_shared<Asked>();
};

}  // namespace airgap
