#include "net/authority.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <charconv>

#include "base/limits.h"
#include "net/tls_context.h"
#include "net/x509_tools.h"

namespace airgap {
namespace {

constexpr char kHostName[] = "cozy-airgap";  // rootfs/overlay/etc/hostname
constexpr unsigned kBitsPerByte = 8;
constexpr char kEndOfPem[] = "-----END ";

using UniqueDigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using UniqueConstraints = std::unique_ptr<NAME_CONSTRAINTS, decltype(&NAME_CONSTRAINTS_free)>;

// "10.0.0.0/255.0.0.0", as openssl's configuration has it.
Result<std::string> WithMask(const std::string& subnet) {
  size_t slash = subnet.find('/');
  std::string text = subnet.substr(0, slash);
  int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::array<uint8_t, sizeof(in6_addr)> address{};
  std::array<uint8_t, sizeof(in6_addr)> mask{};
  unsigned bits = 0;
  unsigned most = (family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)) * kBitsPerByte;
  std::string_view digits =
      slash == std::string::npos ? "" : std::string_view(subnet).substr(slash + 1);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (inet_pton(family, text.c_str(), address.data()) != 1 || error != std::errc() ||
      end != digits.data() + digits.size() || bits > most) {
    return InvalidArgument(subnet + " is no subnet: want one like 10.0.0.0/8 or fd00::/8");
  }
  for (unsigned bit = 0; bit < bits; ++bit) {
    mask[bit / kBitsPerByte] |= static_cast<uint8_t>(0x80 >> (bit % kBitsPerByte));
  }
  for (size_t i = 0; i < address.size(); ++i) address[i] &= mask[i];
  char address_text[INET6_ADDRSTRLEN];
  char mask_text[INET6_ADDRSTRLEN];
  inet_ntop(family, address.data(), address_text, sizeof address_text);
  inet_ntop(family, mask.data(), mask_text, sizeof mask_text);
  return std::string(address_text) + "/" + mask_text;
}

Result<std::string> ConstraintsText(const AuthorityReach& reach) {
  std::string text = "critical";
  auto permit = [&text](const std::string& kind, const std::string& name) {
    text.append(",permitted;").append(kind).append(":").append(name);
  };
  for (const char* name : {"localhost", kHostName}) permit("DNS", name);
  for (const std::string& name : reach.dns) permit("DNS", name);
  std::vector<std::string> subnets = reach.subnets;
  subnets.insert(subnets.end(), {"127.0.0.0/8", "::1/128"});
  for (const std::string& subnet : subnets) {
    ASSIGN_OR_RETURN(std::string with_mask, WithMask(subnet));
    permit("IP", with_mask);
  }
  return text;
}

Result<Authority> MakeRoot(const std::string& name, unsigned path_length,
                           const AuthorityReach& reach) {
  ASSIGN_OR_RETURN(std::string constraints, ConstraintsText(reach));
  ASSIGN_OR_RETURN(UniqueKey key, NewKey());
  ASSIGN_OR_RETURN(UniqueCertificate root, NewRoot(key.get(), name, path_length, constraints));
  return Authority{PemOf(root.get()), PemOf(key.get()), ""};
}

bool CopyConstraints(X509* from, X509* to) {
  int at = X509_get_ext_by_NID(from, NID_name_constraints, -1);
  return at < 0 || X509_add_ext(to, X509_get_ext(from, at), -1) == 1;
}

// The PEM blocks of a text, one after the other.
std::vector<std::string> PemBlocks(const std::string& text) {
  std::vector<std::string> blocks;
  for (size_t at = 0;;) {
    size_t end = text.find(kEndOfPem, at);
    if (end == std::string::npos) return blocks;
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
    blocks.push_back(text.substr(at, end - at));
    at = end;
  }
}

UniqueConstraints ConstraintsOf(X509* certificate) {
  return {static_cast<NAME_CONSTRAINTS*>(
              X509_get_ext_d2i(certificate, NID_name_constraints, nullptr, nullptr)),
          NAME_CONSTRAINTS_free};
}

// Whether every certificate of the chain lets this one name pass.
Result<bool> IsInside(const std::vector<UniqueConstraints>& chain, const std::string& kind,
                      const std::string& name) {
  UniqueCertificate probe(X509_new(), X509_free);
  if (probe == nullptr ||
      !AddExtension(probe.get(), nullptr, NID_subject_alt_name, kind + ":" + name)) {
    return OpensslFailed("look at the name " + name);
  }
  // What it finds is only looked at once the extensions have been taken in.
  X509_check_purpose(probe.get(), -1, 0);
  for (const UniqueConstraints& constraints : chain) {
    if (constraints == nullptr) continue;
    if (NAME_CONSTRAINTS_check(probe.get(), constraints.get()) != X509_V_OK) return false;
  }
  return true;
}

Status DoesNotFit(const std::string& what, const std::string& why) {
  return InvalidArgument(what + " is no CA that can issue: " + why);
}

// That the parts are a CA with its key, signed by the issuer.
Result<Authority> Check(Authority authority, const std::string& what) {
  ASSIGN_OR_RETURN(UniqueKey key, ParseKey(authority.key, what));
  ASSIGN_OR_RETURN(UniqueCertificate certificate, ParseCertificate(authority.certificate, what));
  ASSIGN_OR_RETURN(UniqueCertificate root, ParseCertificate(authority.root(), what));
  if (X509_check_ca(certificate.get()) != 1) return DoesNotFit(what, "it is not one");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return DoesNotFit(what, "the key belongs to another certificate");
  }
  if (X509_verify(certificate.get(), X509_get0_pubkey(root.get())) != 1) {
    return DoesNotFit(what, "its issuer did not sign it");
  }
  return authority;
}

}  // namespace

std::vector<std::string> PrivateSubnets() {
  return {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
          "169.254.0.0/16", "fc00::/7",      "fe80::/10",      "fec0::/10"};
}

Result<Authority> MakeSiteAuthority(const std::string& site_name, const AuthorityReach& reach) {
  return MakeRoot(site_name, 1, reach);
}

Result<Authority> MakeImageAuthority(const AuthorityReach& reach) {
  return MakeRoot("cozy-airgap CA", 0, reach);
}

Result<Authority> IssueImageAuthority(const Authority& site) {
  ASSIGN_OR_RETURN(UniqueCertificate root, ParseCertificate(site.certificate, "the site's CA"));
  ASSIGN_OR_RETURN(UniqueKey root_key, ParseKey(site.key, "the site's CA"));
  ASSIGN_OR_RETURN(UniqueKey key, NewKey());
  ASSIGN_OR_RETURN(UniqueCertificate issued,
                   NewCertificate(key.get(), "cozy-airgap appliance CA " + RandomSuffix()));
  X509* raw = issued.get();
  bool fine = X509_set_issuer_name(raw, X509_get_subject_name(root.get())) == 1 &&
              AddExtension(raw, root.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
              AddExtension(raw, root.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
              AddExtension(raw, root.get(), NID_subject_key_identifier, "hash") &&
              AddExtension(raw, root.get(), NID_authority_key_identifier, "keyid:always") &&
              CopyConstraints(root.get(), raw) && X509_sign(raw, root_key.get(), EVP_sha256()) > 0;
  if (!fine) return OpensslFailed("sign a certificate with the site's CA");
  return Authority{PemOf(raw), PemOf(key.get()), site.certificate};
}

std::string FormatIdentity(const Authority& authority) {
  return authority.key + authority.certificate + authority.issuer;
}

Result<Authority> ParseIdentity(const std::string& text, const std::string& what) {
  constexpr size_t kWithIssuer = 3;
  std::vector<std::string> blocks = PemBlocks(text);
  if (blocks.size() != kWithIssuer && blocks.size() != kWithIssuer - 1) {
    return DoesNotFit(what, "want a key, its certificate and at most one issuer in PEM");
  }
  blocks.resize(kWithIssuer);
  return Check({blocks[1], blocks[0], blocks[2]}, what);
}

Result<Authority> ParseAuthority(const std::string& certificate, const std::string& key,
                                 const std::string& what) {
  ASSIGN_OR_RETURN(std::string first, FirstCertificate(certificate));
  return Check({first, key, ""}, what);
}

Result<std::string> SignText(const Authority& authority, const std::string& text) {
  ASSIGN_OR_RETURN(UniqueKey key, ParseKey(authority.key, "the CA"));
  UniqueDigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  std::string signature;
  bool fine = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (!fine) return OpensslFailed("sign");
  signature.resize(size);
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, bytes, text.size()) != 1) {
    return OpensslFailed("sign");
  }
  signature.resize(size);
  return signature;
}

Status CheckSignedText(const std::string& certificate, const std::string& text,
                       const std::string& signature) {
  ASSIGN_OR_RETURN(UniqueCertificate signer, ParseCertificate(certificate, "the CA"));
  UniqueDigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY* key = X509_get0_pubkey(signer.get());
  bool fine =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  (void)TakeOpensslError();
  return fine ? OkStatus() : InvalidArgument("the signature is not by this CA, or of another text");
}

Result<CertificateNames> NamesOutside(const Authority& authority, const CertificateNames& names) {
  std::vector<UniqueConstraints> chain;
  for (const std::string* pem : {&authority.certificate, &authority.issuer}) {
    if (pem->empty()) continue;
    ASSIGN_OR_RETURN(UniqueCertificate certificate, ParseCertificate(*pem, "the CA"));
    chain.push_back(ConstraintsOf(certificate.get()));
  }
  CertificateNames outside;
  for (const std::string& name : names.dns) {
    ASSIGN_OR_RETURN(bool is_inside, IsInside(chain, "DNS", name));
    if (!is_inside) outside.dns.push_back(name);
  }
  for (const std::string& address : names.addresses) {
    ASSIGN_OR_RETURN(bool is_inside, IsInside(chain, "IP", address));
    if (!is_inside) outside.addresses.push_back(address);
  }
  return outside;
}

}  // namespace airgap
