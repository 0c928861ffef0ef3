// A text that says who signed it: CMS (RFC 5652), which any openssl verifies:
// `openssl cms -verify -inform PEM -in FILE -CAfile ca.pem -purpose any`.
#pragma once

#include <string>

#include "base/status.h"

namespace airgap {

// `certificates`: the signer's, then those above it; all in PEM, as is the message, which holds the
// text itself.
Result<std::string> SignMessage(const std::string& certificates, const std::string& key,
                                const std::string& text);

}  // namespace airgap
