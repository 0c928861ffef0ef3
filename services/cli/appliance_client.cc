#include "cli/appliance_client.h"

#include <CLI/CLI.hpp>

#include "base/base64.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/password_prompt.h"
#include "cli/stop_signal.h"
#include "net/certs.h"

namespace airgap {
namespace {

constexpr size_t kCaMaxBytes = 64 * limits::kKiB;

HttpClientOptions ClientOptions() {
  HttpClientOptions options;
  options.user_agent = std::string("cozy-airgap/") + kVersion;
  options.stop = StopOnSignal();
  return options;
}

Result<HttpReply> Fetch(HttpClient* client, const HttpCall& call, size_t max_bytes,
                        std::string* body) {
  return client->Do(call, [&](const HttpReply&, ByteSpan bytes) -> Status {
    if (bytes.size() > max_bytes - body->size()) {
      return LimitExceeded(call.url + " sends more than " + std::to_string(max_bytes) + " bytes");
    }
    body->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return OkStatus();
  });
}

// kDenied has what the appliance says, unless that is 200.
Status CheckReply(const HttpCall& call, const HttpReply& reply) {
  if (reply.status == 200) return OkStatus();
  std::string why = reply.error_body;
  while (!why.empty() && why.back() == '\n') why.pop_back();
  return Denied(why.empty() ? call.url + " answers " + std::to_string(reply.status) : why);
}

std::string PlainHex(const std::string& text) {
  std::string plain;
  for (char c : text) {
    if (c != ':' && c != ' ') plain += static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  }
  return plain;
}

// The CA that the appliance gives out, if it is the one on its console: whoever stands in front of
// that has seen it, and nobody on the network could change it.
Result<std::string> FetchCa(const std::string& address, const std::string& fingerprint) {
  bool has_port = address.back() != ']';
  HttpCall call;
  call.url = "http://" + address.substr(0, has_port ? address.rfind(':') : std::string::npos);
  call.url += "/ca.pem";
  ASSIGN_OR_RETURN(auto client, HttpClient::Create(ClientOptions()));
  std::string pem;
  ASSIGN_OR_RETURN(HttpReply reply, Fetch(client.get(), call, kCaMaxBytes, &pem));
  RETURN_IF_ERROR(CheckReply(call, reply));
  ASSIGN_OR_RETURN(std::string found, CertificateFingerprint(pem));
  if (PlainHex(found) == PlainHex(fingerprint)) return FirstCertificate(pem);
  return Denied(address + " gives out another CA, with fingerprint " + found +
                "; compare it with the console");
}

}  // namespace

void ApplianceOptions::AddTrustTo(CLI::App* command) {
  CLI::App* trust = command->add_option_group("trust", "which CA to trust");
  trust->add_option("--ca", ca_file, "PEM: the appliance's CA, as from http://ADDRESS/ca.pem");
  trust->add_option("--fingerprint", fingerprint,
                    "the CA's fingerprint, as on the appliance's console; fetches the CA itself");
  trust->require_option(0, 1);
}

Result<std::unique_ptr<ApplianceClient>> ApplianceClient::Open(const ApplianceOptions& options) {
  constexpr std::string_view kScheme = "https://";
  std::string address = options.address;
  if (address.starts_with(kScheme)) address.erase(0, kScheme.size());
  if (address.ends_with('/')) address.pop_back();
  std::unique_ptr<ApplianceClient> made(new ApplianceClient());
  made->url_.append(kScheme).append(address);
  Result<UrlParts> url = ParseUrl(made->url_);
  if (!url.ok() || url->path.size() > 1) {
    return InvalidArgument("'" + options.address +
                           "' is no address of an appliance; give it as in 10.0.0.5");
  }
  HttpClientOptions client = ClientOptions();
  client.ca_file = options.ca_file;
  if (!options.fingerprint.empty()) {
    ASSIGN_OR_RETURN(client.ca_text, FetchCa(address, options.fingerprint));
  }
  made->trusts_a_ca_ = !options.ca_file.empty() || !options.fingerprint.empty();
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

Result<std::string> ApplianceClient::Ask(const std::string& method, const std::string& path,
                                         size_t max_bytes) {
  HttpCall call;
  call.method = method;
  call.url = url_ + path;
  if (!login_.empty()) call.headers.emplace_back("Authorization", login_);
  std::string body;
  Result<HttpReply> reply = Fetch(client_.get(), call, max_bytes, &body);
  if (reply.status().code() == Code::kDenied && !trusts_a_ca_) {
    return Denied(reply.status().message() + "; give --fingerprint, as on the appliance's console");
  }
  if (!reply.ok()) return reply.status();
  RETURN_IF_ERROR(CheckReply(call, *reply));
  return body;
}

}  // namespace airgap
