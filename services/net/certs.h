// A certificate authority of our own, and the server certificate it signs.
//
// Validity starts in 2000, so that a machine whose clock was never set still serves and is still
// believed by clients whose clock is right.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace airgap {

struct CertificateFiles {
  std::string ca_cert;      // "ca.pem": what clients trust
  std::string issuer_cert;  // "issuer.pem": what ca.pem signed and who issues; most often not there
  std::string ca_key;       // "ca.key": of issuer.pem where there is one, else of ca.pem
  std::string server_cert;  // "server.pem": leaf, then who issued it up to ca.pem
  std::string server_key;   // "server.key"
  static CertificateFiles In(const std::string& folder);
};

// What a server certificate covers, each once: host names and numeric addresses.
struct CertificateNames {
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
  bool operator==(const CertificateNames& other) const;
};

// The names of this machine: every address it has, loopback included, its host name, localhost.
CertificateNames NamesOfMachine();

// Makes the CA and both keys where they do not exist yet, and the server certificate where it
// does not exist, does not cover exactly `names`, or was signed by another CA. The CA's key gets
// mode 0600, the server's 0640. A file that exists and cannot be used is an error that names it,
// never overwritten.
// `*changed` tells whether a file was written, `*left_out` what the CA may not issue for and is
// therefore not covered (net/authority.h); both may be null.
Status EnsureCertificates(Env* env, const CertificateFiles& files, const CertificateNames& names,
                          bool* changed, CertificateNames* left_out = nullptr);

struct Authority;
// Puts a CA there, for EnsureCertificates to issue with, over what was there.
Status WriteAuthority(Env* env, const CertificateFiles& files, const Authority& authority);

// "AA:BB:...": SHA-256 over the DER form of the first certificate in `pem`.
Result<std::string> CertificateFingerprint(const std::string& pem);
// The first certificate in `pem` as PEM, without anything else that stands there.
Result<std::string> FirstCertificate(const std::string& pem);
// The names of the first certificate in `pem`.
Result<CertificateNames> NamesInCertificate(const std::string& pem);

}  // namespace airgap
