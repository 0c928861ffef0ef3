#include "net/certs.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "net/addresses.h"
#include "net/tls_context.h"

namespace airgap {
namespace {

constexpr char kNotBefore[] = "20000101000000Z";
constexpr char kNotAfter[] = "20991231235959Z";
// The server's key is for the group of the services; the CA's key for who signs, alone.
constexpr unsigned kServerKeyMode = 0640;
constexpr unsigned kCaKeyMode = 0600;
constexpr unsigned kCertificateMode = 0644;
constexpr uint64_t kPemMaxBytes = uint64_t{64} * 1024;

using UniqueKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using UniqueCertificate = std::unique_ptr<X509, decltype(&X509_free)>;
using UniqueBio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

UniqueBio ReadBio(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

std::string TextOf(BIO* bio) {
  char* bytes = nullptr;
  long size = BIO_get_mem_data(bio, &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

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

// The key in `path`, or a new one that is then there.
Result<UniqueKey> EnsureKey(Env* env, const std::string& path, unsigned mode, bool* changed) {
  Result<std::string> pem = ReadWholeFile(env, path, kPemMaxBytes);
  if (pem.ok()) {
    UniqueBio bio = ReadBio(*pem);
    UniqueKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    if (key == nullptr) return InvalidArgument(path + " holds no PEM key: " + TakeOpensslError());
    return key;
  }
  if (pem.status().code() != Code::kNotFound) return pem.status();
  UniqueKey key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (key == nullptr) return OpensslFailed("make a key");
  RETURN_IF_ERROR(WriteWholeFile(env, path, PemOf(key.get()), mode));
  *changed = true;
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

// A certificate for `key` with everything but its extensions and signature.
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

Result<std::string> MakeCa(EVP_PKEY* key) {
  // Two appliances' CAs must not look alike in a trust store.
  unsigned char random[4];
  RAND_bytes(random, sizeof random);
  char suffix[16];
  snprintf(suffix, sizeof suffix, "%02x%02x%02x%02x", random[0], random[1], random[2], random[3]);
  ASSIGN_OR_RETURN(UniqueCertificate ca,
                   NewCertificate(key, std::string("cozy-airgap CA ") + suffix));
  X509* raw = ca.get();
  bool fine = X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
              AddExtension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
              AddExtension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
              AddExtension(raw, raw, NID_subject_key_identifier, "hash") &&
              X509_sign(raw, key, EVP_sha256()) > 0;
  if (!fine) return OpensslFailed("sign the CA certificate");
  return PemOf(raw);
}

std::string AltNames(const CertificateNames& names) {
  std::string text;
  for (const std::string& name : names.dns) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : names.addresses) {
    text += (text.empty() ? "IP:" : ",IP:") + address;
  }
  return text;
}

Result<std::string> MakeServer(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key,
                               const CertificateNames& names) {
  ASSIGN_OR_RETURN(UniqueCertificate server, NewCertificate(key, "cozy-airgap server"));
  X509* raw = server.get();
  bool fine = X509_set_issuer_name(raw, X509_get_subject_name(ca)) == 1 &&
              AddExtension(raw, ca, NID_basic_constraints, "critical,CA:FALSE") &&
              AddExtension(raw, ca, NID_key_usage, "critical,digitalSignature") &&
              AddExtension(raw, ca, NID_ext_key_usage, "serverAuth") &&
              AddExtension(raw, ca, NID_subject_key_identifier, "hash") &&
              AddExtension(raw, ca, NID_authority_key_identifier, "keyid:always") &&
              AddExtension(raw, ca, NID_subject_alt_name, AltNames(names)) &&
              X509_sign(raw, ca_key, EVP_sha256()) > 0;
  if (!fine) return OpensslFailed("sign the server certificate");
  return PemOf(raw);
}

std::string AddressText(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

CertificateNames NamesOf(X509* certificate) {
  CertificateNames names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) {
      names.dns.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                             static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      names.addresses.push_back(AddressText(name->d.iPAddress));
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

// Whether the certificate in the file is what MakeServer would make now.
bool IsCurrent(Env* env, const std::string& path, EVP_PKEY* key, EVP_PKEY* ca_key,
               const CertificateNames& names) {
  Result<std::string> pem = ReadWholeFile(env, path, kPemMaxBytes);
  if (!pem.ok()) return false;
  Result<UniqueCertificate> certificate = ParseCertificate(*pem, path);
  return certificate.ok() && X509_check_private_key(certificate->get(), key) == 1 &&
         X509_verify(certificate->get(), ca_key) == 1 && NamesOf(certificate->get()) == names;
}

}  // namespace

CertificateFiles CertificateFiles::In(const std::string& folder) {
  return {folder + "/ca.pem", folder + "/ca.key", folder + "/server.pem", folder + "/server.key"};
}

bool CertificateNames::operator==(const CertificateNames& other) const {
  auto same = [](std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
  };
  return same(dns, other.dns) && same(addresses, other.addresses);
}

CertificateNames NamesOfMachine() {
  CertificateNames names;
  names.dns = {"localhost"};
  std::string host = MachineHostName();
  bool is_dns_name = !host.empty() && host != "localhost" &&
                     std::all_of(host.begin(), host.end(), [](unsigned char c) {
                       return isalnum(c) != 0 || c == '-' || c == '.';
                     });
  if (is_dns_name) names.dns.push_back(host);
  names.addresses = MachineAddresses(true);
  return names;
}

Status EnsureCertificates(Env* env, const CertificateFiles& files, const CertificateNames& names,
                          bool* changed) {
  bool ignored = false;
  if (changed == nullptr) changed = &ignored;
  *changed = false;
  ASSIGN_OR_RETURN(UniqueKey ca_key, EnsureKey(env, files.ca_key, kCaKeyMode, changed));
  Result<std::string> ca_pem = ReadWholeFile(env, files.ca_cert, kPemMaxBytes);
  if (!ca_pem.ok()) {
    if (ca_pem.status().code() != Code::kNotFound) return ca_pem.status();
    ca_pem = MakeCa(ca_key.get());
    if (!ca_pem.ok()) return ca_pem.status();
    RETURN_IF_ERROR(WriteWholeFile(env, files.ca_cert, *ca_pem, kCertificateMode));
    *changed = true;
  }
  ASSIGN_OR_RETURN(UniqueCertificate ca, ParseCertificate(*ca_pem, files.ca_cert));
  if (X509_check_private_key(ca.get(), ca_key.get()) != 1) {
    return InvalidArgument(files.ca_key + " is not the key of " + files.ca_cert +
                           "; delete both to get a new CA");
  }
  ASSIGN_OR_RETURN(UniqueKey key, EnsureKey(env, files.server_key, kServerKeyMode, changed));
  if (IsCurrent(env, files.server_cert, key.get(), ca_key.get(), names)) return OkStatus();
  ASSIGN_OR_RETURN(std::string server, MakeServer(key.get(), ca.get(), ca_key.get(), names));
  *changed = true;
  return WriteWholeFile(env, files.server_cert, server + *ca_pem, kCertificateMode);
}

Result<std::string> CertificateFingerprint(const std::string& pem) {
  ASSIGN_OR_RETURN(UniqueCertificate certificate, ParseCertificate(pem, "the file"));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest, &size) != 1) {
    return OpensslFailed("hash a certificate");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    char hex[4];
    snprintf(hex, sizeof hex, "%s%02X", i == 0 ? "" : ":", digest[i]);
    text += hex;
  }
  return text;
}

Result<std::string> FirstCertificate(const std::string& pem) {
  ASSIGN_OR_RETURN(UniqueCertificate certificate, ParseCertificate(pem, "the file"));
  return PemOf(certificate.get());
}

Result<CertificateNames> NamesInCertificate(const std::string& pem) {
  ASSIGN_OR_RETURN(UniqueCertificate certificate, ParseCertificate(pem, "the file"));
  return NamesOf(certificate.get());
}

}  // namespace airgap
