// An appliance, as those who look after it ask it over the network.
#pragma once

#include <memory>
#include <string>

#include "base/limits.h"
#include "base/status.h"
#include "net/http_client.h"

namespace CLI {
class App;
}

namespace airgap {

// Which appliance, and what makes its certificate count.
struct ApplianceOptions {
  std::string address;      // ADDRESS[:PORT], with https:// before it or not
  std::string ca_file;      // its CA, in PEM
  std::string fingerprint;  // of its CA, which is fetched then; "ab:CD" and "ABCD" are the same

  // --ca and --fingerprint, of which one may be given.
  void AddTrustTo(CLI::App* command);
};

class ApplianceClient {
 public:
  // What it asks stops on a signal (stop_signal.h). kDenied: it gives out another CA.
  static Result<std::unique_ptr<ApplianceClient>> Open(const ApplianceOptions& options);

  // Has what follows asked as one of control.users; the password is in $AIRGAP_PASSWORD, or is
  // asked for.
  Status LogIn(const std::string& user);

  // The body of the answer. kDenied: what it says why not.
  Result<std::string> Ask(const std::string& method, const std::string& path,
                          size_t max_bytes = limits::json_default_max_bytes);

 private:
  ApplianceClient() = default;

  std::string url_;    // "https://10.0.0.5"
  std::string login_;  // the value of a header; empty: none
  bool trusts_a_ca_ = false;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace airgap
