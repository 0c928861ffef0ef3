// Names and passwords for registries, from docker's config.json.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

class Credentials {
 public:
  // `text` is a config.json; `what` names it in errors, which never show its content.
  static Result<Credentials> Parse(std::string_view text, const std::string& what);
  // `path`, or, when empty, the first that exists of $DOCKER_CONFIG/config.json,
  // ~/.docker/config.json and $XDG_RUNTIME_DIR/containers/auth.json. None: no credentials.
  static Result<Credentials> Load(Env* env, const std::string& path);

  // The value of a basic Authorization header for `host`.
  std::optional<std::string> BasicFor(const std::string& host) const;

 private:
  std::map<std::string, std::string> basic_;  // host -> base64 of name:password
};

}  // namespace airgap
