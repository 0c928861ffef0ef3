// What helps people who were not there: one tar of what the appliance said and what it runs on.
// Keys, logins and what was pushed are never read.
#pragma once

#include <string>

namespace airgap {

struct SupportInput {
  std::string status;       // the status document
  std::string log_folder;   // one folder for each service, as svlogd fills it
  std::string site_folder;  // of ReadSiteReport(); may be empty
};

// An uncompressed tar; every name in it begins with "cozy-airgap-support/". Of each file at most
// limits::support_file_max_bytes, of a log its end; all of it at most
// limits::support_bundle_max_bytes. What is not there is left out.
std::string BuildSupportBundle(const SupportInput& input);

}  // namespace airgap
