// What certs.cc, authority.cc and signed_message.cc have in common: keys and certificates as
// OpenSSL has them. For these alone.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/status.h"

namespace airgap {

using UniqueKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using UniqueCertificate = std::unique_ptr<X509, decltype(&X509_free)>;

// "cannot DOING: " and what OpenSSL says.
Status OpensslFailed(const std::string& doing);

std::string PemOf(X509* certificate);
std::string PemOf(EVP_PKEY* key);

// The first one in `pem`. `what` names the text. kInvalidArgument: there is none.
Result<UniqueCertificate> ParseCertificate(const std::string& pem, const std::string& what);
Result<UniqueKey> ParseKey(const std::string& pem, const std::string& what);

Result<UniqueKey> NewKey();

// A certificate for `key`, valid from 2000 to 2099 so that no clock matters, with everything but
// its issuer, its extensions and its signature.
Result<UniqueCertificate> NewCertificate(EVP_PKEY* key, const std::string& common_name);

// `value` as openssl's configuration files have it.
bool AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value);

// Eight hexadecimal digits: two CAs must not look alike in a trust store.
std::string RandomSuffix();

// A CA that signs itself: "NAME 0f3a...", with at most `path_length` CAs below it. `constraints`
// are X.509 name constraints as openssl's configuration has them; empty: none.
Result<UniqueCertificate> NewRoot(EVP_PKEY* key, const std::string& name, unsigned path_length,
                                  const std::string& constraints);

}  // namespace airgap
