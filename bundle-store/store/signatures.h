// Who signed a bundle: Ed25519 over the bytes of index.json, in an entry of fixed size that no
// digest covers, so that signing changes nothing else. ../FORMAT.md "Signatures".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/bundle.h"
#include "store/ed25519.h"

namespace airgap {

inline constexpr char kSignaturesName[] = "cozy-airgap/signatures";
inline constexpr size_t kSignaturesBytes = 4096;

struct BundleSignature {
  Digest key_id;
  Ed25519Signature bytes{};
};

// The entry's payload. At most limits::bundle_signatures_max_count signatures.
std::string FormatSignatures(const std::vector<BundleSignature>& signatures);
// kCorrupt; `what` names the entry in the error.
Result<std::vector<BundleSignature>> ParseSignatures(std::string_view payload,
                                                     const std::string& what);

// Where the payload stands, from the start of the tar. kNotFound: a bundle without that entry;
// kCorrupt: its header is damaged.
Result<uint64_t> FindSignatures(const Bundle& bundle);
// The signatures as they stand, none of them checked. Errors as above.
Result<std::vector<BundleSignature>> ReadSignatures(const Bundle& bundle);

enum class SignatureVerdict : uint8_t { kUnknownKey, kValid, kInvalid };
std::string_view SignatureVerdictName(SignatureVerdict verdict);

struct CheckedSignature {
  Digest key_id;
  SignatureVerdict verdict = SignatureVerdict::kUnknownKey;
};
// Every signature of the bundle against `keys`. A bundle that has no such entry has none.
Result<std::vector<CheckedSignature>> CheckSignatures(const Bundle& bundle,
                                                      std::span<const PublicKey> keys);
// Ok when one of `keys` signed the bundle, whatever other signatures it carries. kDenied says which
// keys were wanted and which are there; kCorrupt: the entry cannot be read.
Status CheckSignedByOneOf(const Bundle& bundle, std::span<const PublicKey> keys);

// The payload with one more signature; the same payload when the key has signed already. Lists
// that cannot be read become new ones, and `was_damaged` says so. kLimitExceeded: the list is full;
// kNotFound: the bundle has no room for signatures.
Result<std::string> AddSignature(const Bundle& bundle, const PrivateKey& key, bool* was_damaged);

}  // namespace airgap
