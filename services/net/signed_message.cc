#include "net/signed_message.h"

// Without it the next one does not declare what reads and writes PEM.
#include <openssl/pem.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include <memory>

#include "net/x509_tools.h"

namespace airgap {
namespace {

using UniqueBio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using UniqueCms = std::unique_ptr<CMS_ContentInfo, decltype(&CMS_ContentInfo_free)>;
struct StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using UniqueStack = std::unique_ptr<STACK_OF(X509), StackFreer>;

UniqueBio BioOver(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free_all};
}

UniqueStack ParseAll(const std::string& pem) {
  UniqueStack all(sk_X509_new_null());
  UniqueBio bio = BioOver(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    if (sk_X509_push(all.get(), certificate) == 0) X509_free(certificate);
  }
  ERR_clear_error();
  return all;
}

}  // namespace

Result<std::string> SignMessage(const std::string& certificates, const std::string& key,
                                const std::string& text) {
  ASSIGN_OR_RETURN(UniqueCertificate signer, ParseCertificate(certificates, "the certificate"));
  ASSIGN_OR_RETURN(UniqueKey signing, ParseKey(key, "the certificate's key"));
  UniqueStack above = ParseAll(certificates);
  // The signer's own comes along by itself.
  if (sk_X509_num(above.get()) > 0) X509_free(sk_X509_shift(above.get()));
  UniqueBio in = BioOver(text);
  UniqueCms cms(CMS_sign(signer.get(), signing.get(), above.get(), in.get(), CMS_BINARY),
                CMS_ContentInfo_free);
  UniqueBio out(BIO_new(BIO_s_mem()), BIO_free_all);
  if (!cms || PEM_write_bio_CMS(out.get(), cms.get()) != 1) return OpensslFailed("sign a text");
  char* bytes = nullptr;
  long size = BIO_get_mem_data(out.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace airgap
