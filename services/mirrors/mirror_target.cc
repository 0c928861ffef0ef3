#include "mirrors/mirror_target.h"

#include <algorithm>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr std::string_view kScheme = "https://";

}  // namespace

bool IsPlainText(std::string_view text) {
  return !text.empty() && text.size() <= limits::netboot_text_max_bytes &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/[]_*-") ==
             std::string_view::npos;
}

Status MirrorTarget::Check() const {
  if (!endpoint.starts_with(kScheme) || !IsPlainText(endpoint) || endpoint.ends_with('/') ||
      Host().empty()) {
    return InvalidArgument("the endpoint '" + endpoint + "' is not of the form https://HOST:PORT");
  }
  if (upstreams.empty()) return InvalidArgument("there is no registry to be a mirror of");
  std::vector<std::string> all = upstreams;
  all.insert(all.end(), time_servers.begin(), time_servers.end());
  for (const HostEntry& host : hosts) {
    all.push_back(host.address);
    all.insert(all.end(), host.names.begin(), host.names.end());
  }
  for (const std::string& text : all) {
    if (!IsPlainText(text)) return InvalidArgument("'" + text + "' is no name or address");
  }
  if (ca_pem.starts_with("-----BEGIN CERTIFICATE-----\n")) return OkStatus();
  return InvalidArgument("the CA is no certificate in PEM");
}

std::string MirrorTarget::Warning() const {
  if (insecure_until.empty()) return "";
  return "# INSECURE until " + insecure_until +
         ": the registry's certificate is not checked; whoever answers in its place is believed\n";
}

std::string MirrorTarget::Host() const {
  if (endpoint.size() < kScheme.size()) return "";
  std::string host = endpoint.substr(kScheme.size());
  return host.substr(0, host.find('/'));
}

std::string MirrorTarget::EndpointOf(const std::string& upstream) const {
  if (!is_prefixed) return endpoint;
  std::string name = upstream;
  std::replace(name.begin(), name.end(), ':', '_');
  // A prefix of the registry stands between /v2/ and that.
  std::string path = endpoint.substr(kScheme.size() + Host().size());
  std::string place(kScheme);
  place.append(Host()).append("/v2").append(path).append("/").append(name);
  return place;
}

}  // namespace airgap
