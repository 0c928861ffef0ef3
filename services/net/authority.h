// Certificate authorities that may issue for one site alone, by name constraints (RFC 5280
// 4.2.1.10): what signs the certificates of an appliance is on a stick, and a stick can be lost.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "net/certs.h"

namespace airgap {

// All in PEM.
struct Authority {
  std::string certificate;
  std::string key;     // of `certificate`
  std::string issuer;  // the CA that signed `certificate`; empty: it signed itself
  // What clients have to trust.
  const std::string& root() const { return issuer.empty() ? certificate : issuer; }
};

// What an authority may issue for; always this machine as well: localhost, the appliance's own host
// name, loopback.
struct AuthorityReach {
  std::vector<std::string> dns;      // each with every name below it
  std::vector<std::string> subnets;  // "10.0.0.0/8", IPv6 alike; bits behind the prefix are ignored
};

// Those that nobody has on the internet: RFC 1918, 6598, 3927, 4193, 4291 2.5.6 and 2.5.7.
std::vector<std::string> PrivateSubnets();

// kInvalidArgument: a subnet is none.
Result<Authority> MakeSiteAuthority(const std::string& site_name, const AuthorityReach& reach);
// One that signs itself, for one image.
Result<Authority> MakeImageAuthority(const AuthorityReach& reach);
// One for an image, signed by `site`, with the same reach.
Result<Authority> IssueImageAuthority(const Authority& site);

// As it lies in the identity partition of an image (FORMAT.md): key, certificate, issuer.
std::string FormatIdentity(const Authority& authority);
// kInvalidArgument says what is wrong; one that is read is whole and fits together. `what` names
// the text.
Result<Authority> ParseIdentity(const std::string& text, const std::string& what);
// The same for the two files of a site's CA.
Result<Authority> ParseAuthority(const std::string& certificate, const std::string& key,
                                 const std::string& what);

// ECDSA over SHA-256, as `openssl dgst -sha256 -sign` makes it with the authority's key.
Result<std::string> SignText(const Authority& authority, const std::string& text);
// kInvalidArgument: the key of `certificate` (PEM) did not make `signature` over `text`.
Status CheckSignedText(const std::string& certificate, const std::string& text,
                       const std::string& signature);

// Those of `names` that neither `authority` nor its issuer may issue for.
Result<CertificateNames> NamesOutside(const Authority& authority, const CertificateNames& names);

}  // namespace airgap
