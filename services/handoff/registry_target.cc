#include "handoff/registry_target.h"

#include "base/json.h"

namespace airgap {
namespace {

constexpr char kTargetHost[] = "target";

}  // namespace

Result<std::unique_ptr<RegistryTarget>> RegistryTarget::Open(const HandoffSettings& settings,
                                                             const std::string& own_ca,
                                                             ParallelRunner run,
                                                             const std::atomic<bool>* stop) {
  RegistryClientOptions options;
  options.mirrors[kTargetHost] = settings.registry;
  options.ca_text = settings.ca.empty() ? own_ca : settings.ca;
  options.pushes = true;
  options.stop = stop;
  ASSIGN_OR_RETURN(RegistryEndpoint endpoint, EndpointFor(kTargetHost, options));
  JsonBuilder logins;
  JsonNode auths = logins.root().PutObject("auths");
  if (!settings.username.empty()) {
    JsonNode login = auths.PutObject(endpoint.auth_host);
    login.Put("username", settings.username);
    login.Put("password", settings.password);
  }
  options.credentials_text = logins.ToText();
  if (!settings.address.empty()) {
    ASSIGN_OR_RETURN(UrlParts url, ParseUrl(endpoint.base_url));
    options.addresses[url.host.substr(0, url.host.rfind(':'))] = settings.address;
  }
  std::unique_ptr<RegistryTarget> target(new RegistryTarget());
  ASSIGN_OR_RETURN(target->client_, RegistryClient::Create(std::move(options)));
  target->target_ = {target->client_.get(), kTargetHost, std::move(run)};
  return target;
}

}  // namespace airgap
