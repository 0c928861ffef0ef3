#include "net/x509_tools.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "net/tls_context.h"

namespace airgap {
namespace {

constexpr char kNotBefore[] = "20000101000000Z";
constexpr char kNotAfter[] = "20991231235959Z";

using UniqueBio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

UniqueBio ReadBio(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

std::string TextOf(BIO* bio) {
  char* bytes = nullptr;
  long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

bool SetSerial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7f;  // positive
  BIGNUM* number = BN_bin2bn(bytes, sizeof bytes, nullptr);
  bool set = number != nullptr &&
             BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

}  // namespace

Status OpensslFailed(const std::string& doing) {
  return Unsupported("cannot " + doing + ": " + TakeOpensslError());
}

std::string PemOf(X509* certificate) {
  UniqueBio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOf(bio.get());
}

std::string PemOf(EVP_PKEY* key) {
  UniqueBio bio(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio.get());
}

Result<UniqueCertificate> ParseCertificate(const std::string& pem, const std::string& what) {
  UniqueBio bio = ReadBio(pem);
  UniqueCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) {
    return InvalidArgument(what + " holds no PEM certificate: " + TakeOpensslError());
  }
  return certificate;
}

Result<UniqueKey> ParseKey(const std::string& pem, const std::string& what) {
  UniqueBio bio = ReadBio(pem);
  UniqueKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (key == nullptr) return InvalidArgument(what + " holds no PEM key: " + TakeOpensslError());
  return key;
}

Result<UniqueKey> NewKey() {
  UniqueKey key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (key == nullptr) return OpensslFailed("make a key");
  return key;
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) return false;
  bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

Result<UniqueCertificate> NewCertificate(EVP_PKEY* key, const std::string& common_name) {
  UniqueCertificate certificate(X509_new(), X509_free);
  if (certificate == nullptr) return OpensslFailed("make a certificate");
  X509* raw = certificate.get();
  X509_NAME* name = X509_get_subject_name(raw);
  bool fine = X509_set_version(raw, X509_VERSION_3) == 1 && SetSerial(raw) &&
              ASN1_TIME_set_string_X509(X509_getm_notBefore(raw), kNotBefore) == 1 &&
              ASN1_TIME_set_string_X509(X509_getm_notAfter(raw), kNotAfter) == 1 &&
              X509_set_pubkey(raw, key) == 1 &&
              X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>("cozy-airgap"), -1,
                                         -1, 0) == 1 &&
              X509_NAME_add_entry_by_txt(
                  name, "CN", MBSTRING_UTF8,
                  reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) == 1;
  if (!fine) return OpensslFailed("make a certificate");
  return certificate;
}

std::string RandomSuffix() {
  unsigned char random[4];
  RAND_bytes(random, sizeof random);
  char suffix[16];
  snprintf(suffix, sizeof suffix, "%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
  return suffix;
}

Result<UniqueCertificate> NewRoot(EVP_PKEY* key, const std::string& name, unsigned path_length,
                                  const std::string& constraints) {
  ASSIGN_OR_RETURN(UniqueCertificate root, NewCertificate(key, name + " " + RandomSuffix()));
  X509* raw = root.get();
  std::string basic = "critical,CA:TRUE,pathlen:" + std::to_string(path_length);
  bool fine = X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
              AddExtension(raw, raw, NID_basic_constraints, basic) &&
              AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              AddExtension(raw, raw, NID_subject_key_identifier, "hash") &&
              (constraints.empty() || AddExtension(raw, raw, NID_name_constraints, constraints)) &&
              X509_sign(raw, key, EVP_sha256()) > 0;
  if (!fine) return OpensslFailed("sign the CA certificate");
  return root;
}

}  // namespace airgap
