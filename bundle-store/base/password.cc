#include "base/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/base64.h"
#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kScryptCost = 1 << 14;
constexpr uint64_t kScryptBlock = 8;
constexpr uint64_t kScryptParallel = 5;
constexpr uint64_t kScryptMemoryBytes = 32 * limits::kMiB;  // 16 and what OpenSSL needs beside them
constexpr char kScheme[] = "$scrypt$ln=14,r=8,p=5$";
constexpr size_t kSaltBytes = 16;
constexpr size_t kSaltMinBytes = 8;  // of one that something else made
constexpr size_t kHashBytes = 32;

// Without padding.
std::string Base64(const std::string& bytes) {
  std::string text = EncodeBase64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

// "" when memory is short.
std::string Scrypt(const std::string& password, const std::string& salt) {
  std::string hash(kHashBytes, '\0');
  int done = EVP_PBE_scrypt(password.data(), password.size(),
                            reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                            kScryptCost, kScryptBlock, kScryptParallel, kScryptMemoryBytes,
                            reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  return done == 1 ? hash : "";
}

}  // namespace

Result<PasswordHash> PasswordHash::Parse(std::string_view text) {
  constexpr std::string_view kWanted(kScheme, sizeof kScheme - 1);
  size_t dollar = text.rfind('$');
  if (text.substr(0, kWanted.size()) != kWanted || dollar < kWanted.size()) {
    return InvalidArgument("the password is not hashed as '" + std::string(kWanted) +
                           "SALT$HASH'; use 'cozy-airgap login'");
  }
  PasswordHash password;
  password.salt = DecodeBase64(text.substr(kWanted.size(), dollar - kWanted.size())).value_or("");
  password.hash = DecodeBase64(text.substr(dollar + 1)).value_or("");
  if (password.hash.size() != kHashBytes || password.salt.size() < kSaltMinBytes) {
    return InvalidArgument("salt or hash of the password have the wrong length");
  }
  return password;
}

bool PasswordHash::Fits(const std::string& password) const {
  std::string made = Scrypt(password, salt);
  return made.size() == hash.size() && CRYPTO_memcmp(made.data(), hash.data(), hash.size()) == 0;
}

Result<std::string> HashPassword(const std::string& password) {
  if (password.size() < limits::password_min_bytes ||
      password.size() > limits::password_max_bytes) {
    return InvalidArgument("a password has " + std::to_string(limits::password_min_bytes) + " to " +
                           std::to_string(limits::password_max_bytes) + " bytes");
  }
  std::string salt(kSaltBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) != 1) {
    return Unavailable("the system gives no random bytes");
  }
  std::string hash = Scrypt(password, salt);
  if (hash.empty()) return Unavailable("too little memory to hash a password");
  return kScheme + Base64(salt) + "$" + Base64(hash);
}

Status CheckUserName(const std::string& user) {
  if (user.empty() || user.size() > limits::user_name_max_bytes || user.front() == '#') {
    return InvalidArgument("a user name has 1 to " + std::to_string(limits::user_name_max_bytes) +
                           " characters and does not begin with '#'");
  }
  for (char c : user) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == ':') {
      return InvalidArgument("a user name holds no ':', space or control character");
    }
  }
  return OkStatus();
}

}  // namespace airgap
