// The WWW-Authenticate header. RFC 9110 11.6.1
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace airgap {

struct AuthChallenge {
  std::string scheme;                         // lower case: "bearer", "basic"
  std::map<std::string, std::string> params;  // keys in lower case, values unquoted

  std::string Param(const std::string& key) const;  // "" when absent
};

// Every challenge of the header, in order. What cannot be read ends the list.
std::vector<AuthChallenge> ParseAuthChallenges(std::string_view header);

}  // namespace airgap
