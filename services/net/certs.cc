#include "net/certs.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "net/addresses.h"
#include "net/authority.h"
#include "net/x509_tools.h"

namespace airgap {
namespace {

// The server's key is for the group of the services; the CA's key for who signs, alone.
constexpr unsigned kServerKeyMode = 0640;
constexpr unsigned kCaKeyMode = 0600;
constexpr unsigned kCertificateMode = 0644;
constexpr uint64_t kPemMaxBytes = uint64_t{64} * 1024;

// The key in `path`, or a new one that is then there.
Result<UniqueKey> EnsureKey(Env* env, const std::string& path, unsigned mode, bool* changed) {
  Result<std::string> pem = ReadWholeFile(env, path, kPemMaxBytes);
  if (pem.ok()) return ParseKey(*pem, path);
  if (pem.status().code() != Code::kNotFound) return pem.status();
  ASSIGN_OR_RETURN(UniqueKey key, NewKey());
  RETURN_IF_ERROR(WriteWholeFile(env, path, PemOf(key.get()), mode));
  *changed = true;
  return key;
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

Result<std::string> ReadIfThere(Env* env, const std::string& path) {
  Result<std::string> pem = ReadWholeFile(env, path, kPemMaxBytes);
  if (!pem.ok() && pem.status().code() == Code::kNotFound) return std::string();
  return pem;
}

// Who signs: a CA that was put there, or one of our own that is made now.
Result<Authority> EnsureAuthority(Env* env, const CertificateFiles& files, bool* changed) {
  ASSIGN_OR_RETURN(UniqueKey key, EnsureKey(env, files.ca_key, kCaKeyMode, changed));
  ASSIGN_OR_RETURN(std::string ca_pem, ReadIfThere(env, files.ca_cert));
  ASSIGN_OR_RETURN(std::string issuer_pem, ReadIfThere(env, files.issuer_cert));
  if (ca_pem.empty()) {
    ASSIGN_OR_RETURN(UniqueCertificate ca, NewRoot(key.get(), "cozy-airgap CA", 0, ""));
    ca_pem = PemOf(ca.get());
    RETURN_IF_ERROR(WriteWholeFile(env, files.ca_cert, ca_pem, kCertificateMode));
    *changed = true;
  }
  Authority authority{ca_pem, PemOf(key.get()), ""};
  std::string path = files.ca_cert;
  if (!issuer_pem.empty()) {
    authority = {issuer_pem, PemOf(key.get()), ca_pem};
    path = files.issuer_cert;
  }
  ASSIGN_OR_RETURN(UniqueCertificate issuer, ParseCertificate(authority.certificate, path));
  if (X509_check_private_key(issuer.get(), key.get()) != 1) {
    return InvalidArgument(files.ca_key + " is not the key of " + path +
                           "; delete both to get a new CA");
  }
  return authority;
}

void Remove(const std::vector<std::string>& unwanted, std::vector<std::string>* names) {
  std::erase_if(*names, [&](const std::string& name) {
    return std::find(unwanted.begin(), unwanted.end(), name) != unwanted.end();
  });
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
  return {folder + "/ca.pem", folder + "/issuer.pem", folder + "/ca.key", folder + "/server.pem",
          folder + "/server.key"};
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
                          bool* changed, CertificateNames* left_out) {
  bool ignored = false;
  if (changed == nullptr) changed = &ignored;
  *changed = false;
  ASSIGN_OR_RETURN(Authority authority, EnsureAuthority(env, files, changed));
  CertificateNames covered = names;
  ASSIGN_OR_RETURN(CertificateNames outside, NamesOutside(authority, names));
  Remove(outside.dns, &covered.dns);
  Remove(outside.addresses, &covered.addresses);
  if (left_out != nullptr) *left_out = std::move(outside);

  ASSIGN_OR_RETURN(UniqueCertificate ca, ParseCertificate(authority.certificate, files.ca_cert));
  ASSIGN_OR_RETURN(UniqueKey ca_key, ParseKey(authority.key, files.ca_key));
  ASSIGN_OR_RETURN(UniqueKey key, EnsureKey(env, files.server_key, kServerKeyMode, changed));
  if (IsCurrent(env, files.server_cert, key.get(), ca_key.get(), covered)) return OkStatus();
  ASSIGN_OR_RETURN(std::string server, MakeServer(key.get(), ca.get(), ca_key.get(), covered));
  *changed = true;
  return WriteWholeFile(env, files.server_cert, server + authority.certificate + authority.issuer,
                        kCertificateMode);
}

Status WriteAuthority(Env* env, const CertificateFiles& files, const Authority& authority) {
  RETURN_IF_ERROR(WriteWholeFile(env, files.ca_key, authority.key, kCaKeyMode));
  if (authority.issuer.empty()) {
    RETURN_IF_ERROR(env->RemoveFile(files.issuer_cert));
  } else {
    RETURN_IF_ERROR(
        WriteWholeFile(env, files.issuer_cert, authority.certificate, kCertificateMode));
  }
  return WriteWholeFile(env, files.ca_cert, authority.root(), kCertificateMode);
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
