// The keys of RFC 8032 7.1, tests 1 and 2: everybody's secret, for tests alone.
#pragma once

#include "store/ed25519.h"

namespace airgap::testing {

// "-----BEGIN <label>-----" and so on.
std::string Pem(const std::string& label, const std::string& base64);

// `number`: 1 or 2, as in the RFC.
std::string TestPrivateKeyPem(int number);
std::string TestPublicKeyPem(int number);
PrivateKey TestPrivateKey(int number);
PublicKey TestPublicKey(int number);

}  // namespace airgap::testing
