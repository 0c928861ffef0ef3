#include "mirrors/cozystack_values.h"

#include <charconv>

namespace airgap {
namespace {

constexpr unsigned kOldestMinor = 5;
constexpr unsigned kNewestMinor = 6;

// v1.5: its tenants' nodes are told mirrors by a Secret that the platform chart makes of this. A
// mirror is looked up in `config` by its whole URL, and one that is not there is not checked at
// all.
std::string PlatformValues(const MirrorTarget& target) {
  std::string text = R"(apiVersion: cozystack.io/v1alpha1
kind: Package
metadata: {name: cozystack.cozystack-platform}
spec:
  components:
    platform:
      values:
        registries:
          mirrors:
)";
  for (const std::string& upstream : target.upstreams) {
    text += "            \"" + upstream + "\": {endpoints: [\"" + target.EndpointOf(upstream) +
            "\"]}\n";
  }
  text += "          config:\n";
  for (const std::string& upstream : target.upstreams) {
    text += "            \"" + target.EndpointOf(upstream) +
            "\": {tls: {insecureSkipVerify: " + (target.insecure_until.empty() ? "false" : "true") +
            "}}\n";
  }
  return text;
}

std::string TenantValues(const std::string& assets_url) {
  if (assets_url.empty()) return "";
  return "# In spec of each Kubernetes (and KubernetesNodes) of a tenant:\n"
         "#   talos:\n"
         "#     imageFactoryURL: \"" +
         assets_url +
         "\"\n"
         "# talos.installerRepository stays as it is: Talos pulls it by its mirrors.\n";
}

constexpr char kFlux[] = R"(#
# Whom no key of this version reaches, and what works instead:
#
# Flux source-controller (oci:// of the platform's packages) takes no CA for an OCIRepository
# that the operator makes. Give its pod the CA:
#   kubectl -n cozy-fluxcd create configmap site-ca --from-file=ca.pem
#   kubectl -n cozy-fluxcd patch deployment flux --patch '{"spec":{"template":{"spec":{"volumes":
#     [{"name":"site-ca","configMap":{"name":"site-ca"}}],"containers":[{"name":
#     "source-controller","env":[{"name":"SSL_CERT_FILE","value":"/site-ca/ca.pem"}],
#     "volumeMounts":[{"name":"site-ca","mountPath":"/site-ca"}]}]}}}}'
# and point it at the registry in the installer's values: cozystackOperator.platformSourceUrl.
#
# CDI's importer takes a CA by a ConfigMap of each DataVolume alone: give it /image/... paths
# over plain HTTP inside the cluster, as `cozy-airgap registry render --assets-image` sets it
# up, and disks of virtual machines (vm-default-images, vm-disk) as uploads or from there.
)";

constexpr char kTenants15[] = R"(#
# Nodes of tenants take these mirrors, but no CA: they pull only if the registry's certificate
# is one that their image trusts; and what it lacks they look for at the upstream itself.
)";

constexpr char kTenants16[] = R"(#
# Nodes of tenants take no mirrors at all (the platform's `registries` has no reader any more):
# what they pull must be reachable under its own name. No value changes existing ones.
)";

}  // namespace

Result<CozystackVersion> CozystackVersion::Parse(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  CozystackVersion version;
  constexpr std::string_view kMajor = "1.";
  const char* end = rest.data() + rest.size();
  if (rest.starts_with(kMajor)) {
    auto [stop, error] = std::from_chars(rest.data() + kMajor.size(), end, version.minor);
    bool is_number = error == std::errc() && (stop == end || *stop == '.');
    if (is_number && version.minor >= kOldestMinor && version.minor <= kNewestMinor) return version;
  }
  return InvalidArgument("'" + std::string(text) +
                         "' is no version of Cozystack whose values are known here: v1.5 or v1.6");
}

Result<std::string> FormatCozystackValues(const MirrorTarget& target, CozystackVersion version,
                                          const std::string& assets_url) {
  RETURN_IF_ERROR(target.Check());
  if (!assets_url.empty() && !IsPlainText(assets_url)) {
    return InvalidArgument("--assets " + assets_url + " is no URL");
  }
  bool is_old = version.minor == kOldestMinor;
  std::string text = target.Warning();
  if (is_old) text += PlatformValues(target);
  // Talos machines for tenants, and with them disks by /image/..., came with 1.6.
  if (!is_old) text += TenantValues(assets_url);
  return text + kFlux + (is_old ? kTenants15 : kTenants16);
}

}  // namespace airgap
