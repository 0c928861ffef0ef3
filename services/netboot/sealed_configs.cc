#include "netboot/sealed_configs.h"

// Without it the next one does not declare what reads and writes PEM.
#include <openssl/pem.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "base/limits.h"
#include "netboot/machine_configs.h"

namespace airgap {
namespace {

constexpr int kCompressionLevel = 19;
// PBKDF2 of RFC 8018, with HMAC and SHA-1 as CMS has it by default: about a second of a small
// machine.
constexpr int kIterations = 1'000'000;

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* object) const { kFree(object); }
};
struct BioFreer {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Cms = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo, CMS_ContentInfo_free>>;
using Bio = std::unique_ptr<BIO, BioFreer>;

Bio BioOver(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What OpenSSL noted on the way is told by nobody else.
template <typename T>
T Forgetting(T result) {
  ERR_clear_error();
  return result;
}

std::string TextIn(BIO* bio) {
  char* bytes = nullptr;
  long size = BIO_get_mem_data(bio, &bytes);
  return size <= 0 ? "" : std::string(bytes, static_cast<size_t>(size));
}

Status NoMessage() { return Corrupt("the machine configs are no CMS message: seal them again"); }

Result<Cms> ParseMessage(std::string_view sealed) {
  if (sealed.size() > limits::site_file_max_bytes) {
    return LimitExceeded("the machine configs have more than " +
                         std::to_string(limits::site_file_max_bytes) + " bytes");
  }
  Bio bio = BioOver(sealed);
  Cms cms(bio ? PEM_read_bio_CMS(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!cms) return NoMessage();
  return cms;
}

// Each PBKDF2 in it, wherever: CMS does not show how long opening would take. Encoded anew, so that
// there is one way only in which it can stand there.
Status CheckIterations(CMS_ContentInfo* cms) {
  unsigned char* der = nullptr;
  int size = i2d_CMS_ContentInfo(cms, &der);
  std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(
      der, [](unsigned char* bytes) { OPENSSL_free(bytes); });
  if (size <= 0) return Forgetting(NoMessage());
  constexpr unsigned char kPbkdf2[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0xd, 1, 5, 0xc};
  const unsigned char* end = der + size;
  for (const unsigned char* at = der;;) {
    at = std::search(at, end, std::begin(kPbkdf2), std::end(kPbkdf2));
    if (at == end) return OkStatus();
    at += sizeof kPbkdf2;
    const unsigned char* parameters = at;
    std::unique_ptr<PBKDF2PARAM, Freer<PBKDF2PARAM, PBKDF2PARAM_free>> parsed(
        d2i_PBKDF2PARAM(nullptr, &parameters, end - at));
    ERR_clear_error();
    if (!parsed) continue;
    if (ASN1_INTEGER_get(parsed->iter) > limits::key_iterations_max_count ||
        ASN1_INTEGER_get(parsed->iter) < 1) {
      return LimitExceeded("the password of the machine configs is to be hashed more than " +
                           std::to_string(limits::key_iterations_max_count) + " times");
    }
  }
}

Result<std::string> Compress(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  size_t size =
      ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kCompressionLevel);
  if (ZSTD_isError(size) != 0) return Unavailable("the machine configs cannot be packed");
  packed.resize(size);
  return packed;
}

Result<std::string> Uncompress(const std::string& packed) {
  unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
    return Corrupt("the machine configs are not packed as 'cozy-airgap site seal-configs' does it");
  }
  if (size > limits::machine_configs_max_bytes) {
    return LimitExceeded("the machine configs have more than " +
                         std::to_string(limits::machine_configs_max_bytes) + " bytes");
  }
  std::string text(size, '\0');
  size_t done = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  if (ZSTD_isError(done) != 0 || done != size) return Corrupt("the machine configs are damaged");
  return text;
}

Status CheckOne(std::string_view name, size_t size) {
  if (!IsMachineConfigName(name)) {
    return InvalidArgument("'" + std::string(name.substr(0, limits::node_text_max_bytes)) +
                           "' is no MAC address, UUID, serial number, host name or group");
  }
  if (size <= limits::netboot_file_max_bytes) return OkStatus();
  return LimitExceeded("the machine config " + std::string(name) + " has more than " +
                       std::to_string(limits::netboot_file_max_bytes) + " bytes");
}

Cms SealWithPassword(BIO* content, const std::string& password) {
  Cms cms(CMS_AuthEnvelopedData_create(EVP_aes_256_gcm()));
  void* copy = OPENSSL_memdup(password.data(), password.size());
  if (!cms || copy == nullptr) return nullptr;
  CMS_set_detached(cms.get(), 0);  // what is sealed lies in the message
  // The message takes the copy over.
  CMS_RecipientInfo* recipient = CMS_add0_recipient_password(
      cms.get(), kIterations, NID_undef, NID_undef, static_cast<unsigned char*>(copy),
      static_cast<ossl_ssize_t>(password.size()), EVP_aes_256_cbc());
  if (recipient == nullptr) {
    OPENSSL_clear_free(copy, password.size());
    return nullptr;
  }
  if (CMS_final(cms.get(), content, nullptr, CMS_BINARY) != 1) return nullptr;
  return cms;
}

}  // namespace

Result<std::string> SealConfigs(const MachineConfigTexts& configs, const std::string& password) {
  if (configs.empty()) return InvalidArgument("there is no machine config to seal");
  JsonBuilder document;
  size_t total = 0;
  for (const auto& [name, text] : configs) {
    RETURN_IF_ERROR(CheckOne(name, text.size()));
    total += text.size();
    document.root().Put(name, text);
  }
  std::string text = document.ToText();
  if (text.size() > limits::machine_configs_max_bytes || total > text.size()) {
    return LimitExceeded("the machine configs have more than " +
                         std::to_string(limits::machine_configs_max_bytes) + " bytes");
  }
  ASSIGN_OR_RETURN(std::string packed, Compress(text));
  Bio content = BioOver(packed);
  Cms cms = password.empty() ? Cms(CMS_data_create(content.get(), CMS_BINARY))
                             : SealWithPassword(content.get(), password);
  Bio out(BIO_new(BIO_s_mem()));
  bool is_written = cms && out && PEM_write_bio_CMS(out.get(), cms.get()) == 1;
  ERR_clear_error();
  if (!is_written) return Unavailable("the machine configs cannot be sealed: out of memory");
  std::string sealed = TextIn(out.get());
  if (sealed.size() <= limits::site_file_max_bytes) return sealed;
  return LimitExceeded("the machine configs have " + std::to_string(sealed.size()) +
                       " bytes when they are sealed, and a site file at most " +
                       std::to_string(limits::site_file_max_bytes));
}

Result<bool> NeedsPassword(std::string_view sealed) {
  ASSIGN_OR_RETURN(Cms cms, ParseMessage(sealed));
  return OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_data;
}

Result<MachineConfigTexts> OpenConfigs(std::string_view sealed, const std::string& password) {
  ASSIGN_OR_RETURN(Cms cms, ParseMessage(sealed));
  RETURN_IF_ERROR(CheckIterations(cms.get()));
  Bio out(BIO_new(BIO_s_mem()));
  if (!out) return Unavailable("out of memory");
  int kind = OBJ_obj2nid(CMS_get0_type(cms.get()));
  if (kind == NID_pkcs7_data) {
    if (Forgetting(CMS_data(cms.get(), out.get(), CMS_BINARY)) != 1) return NoMessage();
  } else if (kind == NID_pkcs7_enveloped || kind == NID_id_smime_ct_authEnvelopedData) {
    if (password.empty()) return Denied("the machine configs take a password");
    std::string copy = password;
    bool is_open =
        CMS_decrypt_set1_password(cms.get(), reinterpret_cast<unsigned char*>(copy.data()),
                                  static_cast<ossl_ssize_t>(copy.size())) == 1 &&
        CMS_decrypt(cms.get(), nullptr, nullptr, nullptr, out.get(), CMS_BINARY) == 1;
    if (!Forgetting(is_open)) return Denied("this password does not open the machine configs");
  } else {
    return Corrupt("the machine configs are a CMS message of another kind: seal them again");
  }
  ASSIGN_OR_RETURN(std::string text, Uncompress(TextIn(out.get())));
  ASSIGN_OR_RETURN(
      JsonDocument document,
      JsonDocument::Parse(text, limits::machine_configs_max_bytes, "the machine configs"));
  MachineConfigTexts configs;
  Status status;
  document.root().ForEachMember([&](std::string_view name, JsonView value) {
    status = CheckOne(name, value.String().value_or("").size());
    if (status.ok() && !value.String()) {
      status = Corrupt("the machine config " + std::string(name) + " is no text");
    }
    if (status.ok()) configs[std::string(name)] = *value.String();
    return status.ok();
  });
  if (!status.ok()) return status;
  if (!configs.empty()) return configs;
  return Corrupt("there is no machine config in what was sealed");
}

}  // namespace airgap
