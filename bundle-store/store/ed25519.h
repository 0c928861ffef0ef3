// Ed25519 keys and signatures (RFC 8032) in the files that OpenSSL's own commands make and read.
// https://www.rfc-editor.org/rfc/rfc8032
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "oci/digest.h"

struct evp_pkey_st;

namespace airgap {

inline constexpr size_t kEd25519SignatureBytes = 64;
using Ed25519Signature = std::array<uint8_t, kEd25519SignatureBytes>;

// Safe to use from several threads.
class PublicKey {
 public:
  // PEM, SubjectPublicKeyInfo: what `openssl pkey -pubout` writes. `what` names it in errors, which
  // are kInvalidArgument.
  static Result<PublicKey> Parse(std::string_view pem, const std::string& what);
  static Result<PublicKey> ReadFile(Env* env, const std::string& path);

  // sha256 of the key's SubjectPublicKeyInfo in DER.
  const Digest& id() const { return id_; }
  bool Verify(ByteSpan message, const Ed25519Signature& signature) const;

 private:
  friend class PrivateKey;
  std::shared_ptr<evp_pkey_st> key_;
  Digest id_;
};

// Keys one after the other, as `cat a.pub b.pub` writes them: at least one, at most
// limits::bundle_keys_max_count. Errors as Parse()'s.
Result<std::vector<PublicKey>> ParsePublicKeys(std::string_view pem, const std::string& what);

class PrivateKey {
 public:
  // PEM, PKCS#8, not encrypted: what `openssl genpkey -algorithm ed25519` writes.
  static Result<PrivateKey> Parse(std::string_view pem, const std::string& what);
  static Result<PrivateKey> ReadFile(Env* env, const std::string& path);

  const PublicKey& public_key() const { return public_key_; }
  // The same key and message give the same signature.
  Result<Ed25519Signature> Sign(ByteSpan message) const;

 private:
  PublicKey public_key_;  // of the same OpenSSL key
};

}  // namespace airgap
