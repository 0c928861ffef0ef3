// cozy-airgap support-bundle: what helps people who were not there, from a running appliance.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/limits.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/stop_signal.h"
#include "net/certs.h"
#include "net/http_client.h"

namespace airgap {
namespace {

constexpr unsigned kMode = 0600;
constexpr uint64_t kCaMaxBytes = 64 * limits::kKiB;

struct SupportOptions {
  std::string appliance;  // "10.0.0.5", with ":PORT" where it is not 443
  std::string ca;
  std::string fingerprint;
  std::string file;
};

HttpClientOptions ClientOptions() {
  HttpClientOptions options;
  options.user_agent = std::string("cozy-airgap/") + kVersion;
  options.stop = StopOnSignal();
  return options;
}

Result<std::string> Get(const HttpClientOptions& options, const std::string& url,
                        size_t max_bytes) {
  ASSIGN_OR_RETURN(auto client, HttpClient::Create(options));
  std::string body;
  auto sink = [&](const HttpReply&, ByteSpan bytes) -> Status {
    if (bytes.size() > max_bytes - body.size()) {
      return LimitExceeded(url + " sends more than " + std::to_string(max_bytes) + " bytes");
    }
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return OkStatus();
  };
  HttpCall call;
  call.url = url;
  ASSIGN_OR_RETURN(HttpReply reply, client->Do(call, sink));
  if (reply.status == 200) return body;
  return NotFound(url + " answers " + std::to_string(reply.status) + ": " + reply.error_body);
}

// "ab:CD" and "ABCD" are the same.
std::string PlainHex(const std::string& text) {
  std::string plain;
  for (char c : text) {
    if (c != ':' && c != ' ') plain += static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  }
  return plain;
}

// The CA that the appliance gives out, if it is the one on its console: whoever stands in front of
// that has seen it, and nobody on the network could change it.
Result<std::string> FetchCa(const SupportOptions& options) {
  bool has_port = options.appliance.back() != ']';
  std::string host =
      options.appliance.substr(0, has_port ? options.appliance.rfind(':') : std::string::npos);
  ASSIGN_OR_RETURN(std::string pem,
                   Get(ClientOptions(), "http://" + host + "/ca.pem", kCaMaxBytes));
  ASSIGN_OR_RETURN(std::string found, CertificateFingerprint(pem));
  if (PlainHex(found) == PlainHex(options.fingerprint)) return FirstCertificate(pem);
  return Status(Code::kDenied, options.appliance + " gives out another CA, with fingerprint " +
                                   found + "; compare it with the console");
}

Result<std::string> Fetch(const SupportOptions& options) {
  Result<UrlParts> url = ParseUrl("https://" + options.appliance);
  if (!url.ok() || !(url->path.empty() || url->path == "/")) {
    return InvalidArgument("'" + options.appliance +
                           "' is no address of an appliance; give it as in 10.0.0.5");
  }
  HttpClientOptions client = ClientOptions();
  client.ca_file = options.ca;
  if (!options.fingerprint.empty()) {
    ASSIGN_OR_RETURN(client.ca_text, FetchCa(options));
  }
  Result<std::string> tar = Get(client, "https://" + options.appliance + "/api/v1/support-bundle",
                                limits::support_bundle_max_bytes);
  bool named_none = options.ca.empty() && options.fingerprint.empty();
  if (tar.status().code() != Code::kDenied || !named_none) return tar;
  return Status(Code::kDenied,
                tar.status().message() + "; give --fingerprint, as on the appliance's console");
}

int RunSupportBundle(const CommandContext& context, const SupportOptions& options) {
  Result<std::string> tar = Fetch(options);
  if (!tar.ok()) return context.Fail(tar.status());
  Status written = WriteWholeFile(RealEnv(), options.file, *tar, kMode);
  if (!written.ok()) return context.Fail(written);
  if (context.json) {
    JsonBuilder document;
    document.root().Put("file", options.file);
    document.root().Put("bytes", uint64_t{tar->size()});
    context.PrintJson(document);
  }
  context.Print(options.file + ": logs, status and hardware of " + options.appliance +
                ", no keys and no logins");
  return kExitFine;
}

}  // namespace

void AddSupportBundle(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand(
      "support-bundle", "fetch logs, status and hardware of a running appliance, for a report");
  auto options = std::make_shared<SupportOptions>();
  command->add_option("APPLIANCE", options->appliance, "its address, as on its console")
      ->required();
  CLI::App* trust = command->add_option_group("trust", "which CA to trust");
  trust->add_option("--ca", options->ca, "PEM: the appliance's CA");
  trust->add_option("--fingerprint", options->fingerprint,
                    "the CA's fingerprint, as on the appliance's console; fetches the CA itself");
  trust->require_option(0, 1);
  command->add_option("--file", options->file, "the tar to write")->required();
  command->callback([&context, options] {
    context.run = [&context, options] { return RunSupportBundle(context, *options); };
  });
}

}  // namespace airgap
