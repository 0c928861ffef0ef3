#include "cli/appliance_client.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/password_prompt.h"
#include "cli/stop_signal.h"

namespace airgap {

Result<std::unique_ptr<ApplianceClient>> ApplianceClient::Open(const std::string& address,
                                                               const std::string& ca_file) {
  std::unique_ptr<ApplianceClient> made(new ApplianceClient());
  bool has_scheme = address.find("://") != std::string::npos;
  made->url_ = has_scheme ? address : "https://" + address;
  HttpClientOptions client;
  client.ca_file = ca_file;
  client.user_agent = std::string("cozy-airgap/") + kVersion;
  client.stop = StopOnSignal();
  ASSIGN_OR_RETURN(made->client_, HttpClient::Create(std::move(client)));
  return made;
}

Status ApplianceClient::LogIn(const std::string& user) {
  std::string password = EnvironmentValue("AIRGAP_PASSWORD");
  if (password.empty()) {
    ASSIGN_OR_RETURN(password, ReadPassword("password of " + user + ": "));
  }
  login_ = "Basic " + EncodeBase64(user + ":" + password);
  return OkStatus();
}

Result<std::string> ApplianceClient::Ask(const std::string& method, const std::string& path) {
  HttpCall call;
  call.method = method;
  call.url = url_ + path;
  if (!login_.empty()) call.headers.emplace_back("Authorization", login_);
  std::string body;
  ASSIGN_OR_RETURN(HttpReply reply,
                   client_->Do(call, [&](const HttpReply&, ByteSpan bytes) -> Status {
                     if (bytes.size() > limits::json_default_max_bytes - body.size()) {
                       return LimitExceeded(call.url + " answers with too much");
                     }
                     body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                     return OkStatus();
                   }));
  if (reply.status == 200) return body;
  std::string why = reply.error_body;
  while (!why.empty() && why.back() == '\n') why.pop_back();
  return Denied(why.empty() ? call.url + " answers " + std::to_string(reply.status) : why);
}

}  // namespace airgap
