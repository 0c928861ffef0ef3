// An appliance, as those who look after it ask it over the network.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "net/http_client.h"

namespace airgap {

class ApplianceClient {
 public:
  // `address` is ADDRESS[:PORT], with https:// before it or not; its certificate must come from the
  // CA in `ca_file`. Stops on a signal (stop_signal.h).
  static Result<std::unique_ptr<ApplianceClient>> Open(const std::string& address,
                                                       const std::string& ca_file);

  // Has what follows asked as one of control.users; the password is in $AIRGAP_PASSWORD, or is
  // asked for.
  Status LogIn(const std::string& user);

  // The body of the answer. kDenied: what it says why not.
  Result<std::string> Ask(const std::string& method, const std::string& path);

  // "https://10.0.0.5"
  const std::string& url() const { return url_; }

 private:
  ApplianceClient() = default;

  std::string url_;
  std::string login_;  // the value of a header; empty: none
  std::unique_ptr<HttpClient> client_;
};

}  // namespace airgap
