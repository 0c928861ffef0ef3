// Which identity an image gets: from the site's CA, one of its own, or the one that its base has.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "net/authority.h"
#include "site/site.h"

namespace airgap {

struct IdentityRequest {
  std::string site_ca_folder;        // of `cozy-airgap site init`; empty: none
  std::vector<std::string> subnets;  // that the image's own CA may issue for, beside private ones
  bool is_new = false;               // in place of the one that the base has
  bool is_unwanted = false;          // none is made
};

// The text for ComposeRequest::identity_text, empty if the base keeps what it has. `site` is the
// site file that goes into the image: an identity that may not issue for its names and addresses is
// kInvalidArgument, as are options that contradict each other.
Result<std::string> IdentityFor(Env* env, const IdentityRequest& request,
                                const std::string& base_path, const Site& site);

// One that the site's CA in `folder` issued, with its reach.
Result<Authority> AuthorityOfSite(Env* env, const std::string& folder);
// The site's CA in `folder`: ca.pem, ca.key.
std::string SiteCaCertificatePath(const std::string& folder);
std::string SiteCaKeyPath(const std::string& folder);

}  // namespace airgap
