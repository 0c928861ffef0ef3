#include "pull/credentials.h"

#include <cstdlib>
#include <vector>

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/reference.h"
#include "pull/credential_helper.h"

namespace airgap {
namespace {

// What docker login keeps Docker Hub's password under.
constexpr char kDockerHubServer[] = "https://index.docker.io/v1/";
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

Status Credentials::TakeAuth(std::string_view key, JsonView entry, const std::string& what) {
  std::string host = HostOfKey(key);
  std::string token = entry["registrytoken"].StringOr("");
  if (token.find_first_of("\r\n") != std::string::npos) {
    return InvalidArgument(what + ": the registrytoken of " + host + " is no token");
  }
  if (!token.empty()) {
    headers_[host] = "Bearer " + token;
    return OkStatus();
  }
  std::string basic = entry["auth"].StringOr("");
  std::string user = entry["username"].StringOr("");
  if (basic.empty() && !user.empty()) {
    basic = EncodeBase64(user + ":" + entry["password"].StringOr(""));
  }
  if (basic.empty()) return OkStatus();  // kept by a credential helper
  if (!DecodeBase64(basic) || basic.find_first_of(" \r\n") != std::string::npos) {
    return InvalidArgument(what + ": the auth of " + std::string(key) + " is not base64");
  }
  headers_[host] = "Basic " + basic;
  return OkStatus();
}

Status Credentials::TakeHelpers(JsonView root, const std::string& what) {
  helper_for_all_ = root["credsStore"].StringOr("");
  if (!helper_for_all_.empty() && !IsHelperName(helper_for_all_)) {
    return InvalidArgument(what + ": credsStore is no name of a credential helper");
  }
  Status status;
  root["credHelpers"].ForEachMember([&](std::string_view key, JsonView entry) {
    std::string name = entry.StringOr("");
    if (!IsHelperName(name)) {
      status = InvalidArgument(what + ": the credHelpers of " + std::string(key) +
                               " is no name of a credential helper");
      return false;
    }
    helpers_[HostOfKey(key)] = std::move(name);
    return true;
  });
  return status;
}

Result<Credentials> Credentials::Parse(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN(JsonDocument document,
                   JsonDocument::Parse(text, limits::credentials_file_max_bytes, what));
  Credentials credentials;
  Status status;
  document.root()["auths"].ForEachMember([&](std::string_view key, JsonView entry) {
    status = credentials.TakeAuth(key, entry, what);
    return status.ok();
  });
  if (!status.ok()) return status;
  RETURN_IF_ERROR(credentials.TakeHelpers(document.root(), what));
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

Result<std::optional<std::string>> Credentials::HeaderFor(const std::string& host) const {
  auto found = headers_.find(host);
  if (found != headers_.end()) return std::optional<std::string>(found->second);
  auto own = helpers_.find(host);
  const std::string& helper = own != helpers_.end() ? own->second : helper_for_all_;
  if (helper.empty()) return std::optional<std::string>();
  std::lock_guard lock(asked_->mutex);
  auto known = asked_->headers.find(host);
  if (known != asked_->headers.end()) return known->second;
  std::string server = host == "docker.io" ? kDockerHubServer : host;
  ASSIGN_OR_RETURN(std::optional<HelperLogin> login, AskCredentialHelper(helper, server));
  std::optional<std::string> header;
  if (login) header = "Basic " + EncodeBase64(login->user + ":" + login->secret);
  asked_->headers[host] = header;
  return header;
}

}  // namespace airgap
