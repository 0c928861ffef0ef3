#include "pull/credentials.h"

#include <cstdlib>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "oci/reference.h"

namespace airgap {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string EncodeBase64(std::string_view text) {
  std::string encoded;
  for (size_t at = 0; at < text.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      bool is_padding = at + i > text.size();
      encoded += is_padding ? '=' : kAlphabet[group >> (18 - 6 * i) & 63];
    }
  }
  return encoded;
}

bool IsBase64(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
             std::string_view::npos;
}

// "https://index.docker.io/v1/" and "ghcr.io" name hosts; a path below a host does not matter.
std::string HostOfKey(std::string_view key) {
  if (size_t scheme = key.find("://"); scheme != std::string_view::npos) {
    key.remove_prefix(scheme + 3);
  }
  return CanonicalHost(key.substr(0, key.find('/')));
}

std::vector<std::string> DefaultPaths() {
  std::vector<std::string> paths;
  std::string docker = EnvironmentValue("DOCKER_CONFIG");
  std::string home = EnvironmentValue("HOME");
  std::string runtime = EnvironmentValue("XDG_RUNTIME_DIR");
  if (!docker.empty()) paths.push_back(docker + "/config.json");
  if (docker.empty() && !home.empty()) paths.push_back(home + "/.docker/config.json");
  if (!runtime.empty()) paths.push_back(runtime + "/containers/auth.json");
  return paths;
}

}  // namespace

Result<Credentials> Credentials::Parse(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::credentials_file_max_bytes, what));
  Credentials credentials;
  Status status;
  document.root()["auths"].ForEachMember([&](std::string_view key, JsonView entry) {
    std::string basic = entry["auth"].StringOr("");
    std::string user = entry["username"].StringOr("");
    if (basic.empty() && !user.empty()) {
      basic = EncodeBase64(user + ":" + entry["password"].StringOr(""));
    }
    if (basic.empty()) return true;  // kept by a credential helper
    if (!IsBase64(basic)) {
      status = InvalidArgument(what + ": the auth of " + std::string(key) + " is not base64");
      return false;
    }
    credentials.basic_[HostOfKey(key)] = basic;
    return true;
  });
  if (!status.ok()) return status;
  return credentials;
}

Result<Credentials> Credentials::Load(Env* env, const std::string& path) {
  std::vector<std::string> paths = path.empty() ? DefaultPaths() : std::vector{path};
  for (const std::string& candidate : paths) {
    Result<std::string> text = ReadWholeFile(env, candidate, limits::credentials_file_max_bytes);
    if (text.ok()) return Parse(*text, candidate);
    if (!path.empty() || text.status().code() != Code::kNotFound) return text.status();
  }
  return Credentials();
}

std::optional<std::string> Credentials::BasicFor(const std::string& host) const {
  auto found = basic_.find(host);
  if (found == basic_.end()) return std::nullopt;
  return "Basic " + found->second;
}

}  // namespace airgap
