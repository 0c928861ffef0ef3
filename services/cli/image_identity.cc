#include "cli/image_identity.h"

#include "base/limits.h"
#include "compose/compose.h"
#include "net/authority.h"
#include "store/text_partition.h"

namespace airgap {
namespace {

// The registry's name while it is the appliance (appliance/README.md).
constexpr char kRegistryName[] = "registry.cozy-system";

CertificateNames NamesOf(const Site& site) {
  CertificateNames names;
  names.dns = site.host_names;
  for (const std::string& address : site.network.addresses) {
    names.addresses.push_back(address.substr(0, address.find('/')));
  }
  return names;
}

Result<Authority> OwnAuthority(const IdentityRequest& request, const Site& site) {
  AuthorityReach reach;
  reach.dns = site.host_names;
  reach.dns.emplace_back(kRegistryName);
  reach.subnets = PrivateSubnets();
  reach.subnets.insert(reach.subnets.end(), request.subnets.begin(), request.subnets.end());
  reach.subnets.insert(reach.subnets.end(), site.network.addresses.begin(),
                       site.network.addresses.end());
  return MakeImageAuthority(reach);
}

Result<Authority> AuthorityOfBase(Env* env, const std::string& base_path) {
  ASSIGN_OR_RETURN(auto base, env->OpenReadable(base_path));
  ASSIGN_OR_RETURN(std::string text, ReadTextPartition(kIdentityText, *base));
  return ParseIdentity(text, "the identity of " + base_path);
}

Status CheckReach(const Authority& authority, const Site& site, const std::string& remedy) {
  ASSIGN_OR_RETURN(CertificateNames outside, NamesOutside(authority, NamesOf(site)));
  std::vector<std::string> all = outside.dns;
  all.insert(all.end(), outside.addresses.begin(), outside.addresses.end());
  if (all.empty()) return OkStatus();
  return InvalidArgument("the image's CA may not issue for " + all[0] +
                         " of the site file: " + remedy);
}

Status CheckOptions(const IdentityRequest& request) {
  bool wants_one = request.is_new || !request.site_ca_folder.empty() || !request.subnets.empty();
  if (request.is_unwanted && wants_one) {
    return InvalidArgument("--no-identity contradicts --new-identity, --site-ca and --subnet");
  }
  if (!request.site_ca_folder.empty() && !request.subnets.empty()) {
    return InvalidArgument(
        "--subnet is for an image with a CA of its own; the site's CA got its subnets from"
        " 'cozy-airgap site init'");
  }
  return OkStatus();
}

}  // namespace

Result<Authority> AuthorityOfSite(Env* env, const std::string& folder) {
  std::string path = SiteCaCertificatePath(folder);
  ASSIGN_OR_RETURN(std::string certificate, ReadWholeFile(env, path, limits::identity_max_bytes));
  ASSIGN_OR_RETURN(std::string key,
                   ReadWholeFile(env, SiteCaKeyPath(folder), limits::identity_max_bytes));
  ASSIGN_OR_RETURN(Authority site, ParseAuthority(certificate, key, path));
  return IssueImageAuthority(site);
}

std::string SiteCaCertificatePath(const std::string& folder) { return folder + "/ca.pem"; }
std::string SiteCaKeyPath(const std::string& folder) { return folder + "/ca.key"; }

Result<std::string> IdentityFor(Env* env, const IdentityRequest& request,
                                const std::string& base_path, const Site& site) {
  RETURN_IF_ERROR(CheckOptions(request));
  ASSIGN_OR_RETURN(bool has_one, HasIdentity(env, base_path));
  if (!request.site_ca_folder.empty()) {
    ASSIGN_OR_RETURN(Authority authority, AuthorityOfSite(env, request.site_ca_folder));
    RETURN_IF_ERROR(CheckReach(authority, site,
                               "make a site CA that does, with 'cozy-airgap site init --dns"
                               " NAME --subnet SUBNET', or correct the site file"));
    return FormatIdentity(authority);
  }
  if (has_one && !request.is_new) {
    if (!request.subnets.empty()) {
      return InvalidArgument(base_path + " has an identity: --subnet needs --new-identity");
    }
    ASSIGN_OR_RETURN(Authority authority, AuthorityOfBase(env, base_path));
    RETURN_IF_ERROR(CheckReach(authority, site,
                               "give the image a new one with --new-identity (nodes have to trust"
                               " it anew) or --site-ca"));
    return std::string();
  }
  if (request.is_unwanted) return std::string();
  ASSIGN_OR_RETURN(Authority authority, OwnAuthority(request, site));
  return FormatIdentity(authority);
}

}  // namespace airgap
