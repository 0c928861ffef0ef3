#include "store/ed25519.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <new>

#include "base/limits.h"

namespace airgap {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Nobody is asked for a passphrase: a command that stops for one hangs a script.
int NoPassphrase(char*, int, int, void*) { return -1; }

std::unique_ptr<BIO, Free> OpenText(std::string_view text) {
  std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

std::shared_ptr<EVP_PKEY> Own(EVP_PKEY* key) {
  ERR_clear_error();
  return {key, EVP_PKEY_free};
}

Status CheckKind(const EVP_PKEY* key, const std::string& what) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return OkStatus();
  return InvalidArgument(what +
                         " is no Ed25519 key; make one with"
                         " 'openssl genpkey -algorithm ed25519'");
}

Result<Digest> IdOf(EVP_PKEY* key, const std::string& what) {
  unsigned char* der = nullptr;
  int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return InvalidArgument(what + " has no public half");
  Digest id = Digest::Of({der, static_cast<size_t>(length)});
  OPENSSL_free(der);
  return id;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Result<std::string> ReadKeyFile(Env* env, const std::string& path) {
  return ReadWholeFile(env, path, limits::key_file_max_bytes);
}

}  // namespace

Result<PublicKey> PublicKey::Parse(std::string_view pem, const std::string& what) {
  auto bio = OpenText(pem);
  PublicKey result;
  result.key_ = Own(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassphrase, nullptr));
  if (!result.key_) {
    bool is_private = Has(pem, "PRIVATE KEY-----");
    return InvalidArgument(what + (is_private ? " is a private key; give its public half, made with"
                                                " 'openssl pkey -pubout'"
                                              : " is no public key in PEM"));
  }
  RETURN_IF_ERROR(CheckKind(result.key_.get(), what));
  ASSIGN_OR_RETURN(result.id_, IdOf(result.key_.get(), what));
  return result;
}

Result<PublicKey> PublicKey::ReadFile(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(std::string pem, ReadKeyFile(env, path));
  return Parse(pem, path);
}

Result<std::vector<PublicKey>> ParsePublicKeys(std::string_view pem, const std::string& what) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  std::vector<PublicKey> keys;
  keys.reserve(limits::bundle_keys_max_count);
  do {
    if (keys.size() == limits::bundle_keys_max_count) {
      return InvalidArgument(what + " has more than " +
                             std::to_string(limits::bundle_keys_max_count) + " keys");
    }
    std::string name = what + ", key " + std::to_string(keys.size() + 1);
    size_t first = pem.find(kBegin);
    size_t next = first == std::string_view::npos ? first : pem.find(kBegin, first + 1);
    ASSIGN_OR_RETURN(PublicKey key, PublicKey::Parse(pem.substr(0, next), name));
    keys.push_back(std::move(key));
    pem = next == std::string_view::npos ? "" : pem.substr(next);
  } while (!pem.empty());
  return keys;
}

bool PublicKey::Verify(ByteSpan message, const Ed25519Signature& signature) const {
  std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  bool valid = EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
               EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                message.size()) == 1;
  ERR_clear_error();
  return valid;
}

Result<PrivateKey> PrivateKey::Parse(std::string_view pem, const std::string& what) {
  auto bio = OpenText(pem);
  PrivateKey result;
  PublicKey& key = result.public_key_;
  key.key_ = Own(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (!key.key_ && Has(pem, "ENCRYPTED")) {
    return InvalidArgument(what +
                           " is encrypted; give a decrypted copy, made with"
                           " 'openssl pkey -in KEY'");
  }
  if (!key.key_) return InvalidArgument(what + " is no private key in PEM");
  RETURN_IF_ERROR(CheckKind(key.key_.get(), what));
  ASSIGN_OR_RETURN(key.id_, IdOf(key.key_.get(), what));
  return result;
}

Result<PrivateKey> PrivateKey::ReadFile(Env* env, const std::string& path) {
  ASSIGN_OR_RETURN(std::string pem, ReadKeyFile(env, path));
  Result<PrivateKey> key = Parse(pem, path);
  OPENSSL_cleanse(pem.data(), pem.size());  // a secret does not stay in memory
  return key;
}

Result<Ed25519Signature> PrivateKey::Sign(ByteSpan message) const {
  std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  Ed25519Signature signature;
  size_t length = signature.size();
  EVP_PKEY* key = public_key_.key_.get();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) !=
          1) {
    ERR_clear_error();
    return Status(Code::kUnsupported, "OpenSSL does not sign with this key");
  }
  return signature;
}

}  // namespace airgap
