#include "registry/logins.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/limits.h"

namespace airgap {
namespace {

constexpr uint64_t kScryptCost = 1 << 14;
constexpr uint64_t kScryptBlock = 8;
constexpr uint64_t kScryptParallel = 5;
constexpr uint64_t kScryptMemoryBytes = 32 * limits::kMiB;  // 16 and what OpenSSL needs beside them
constexpr char kScheme[] = "$scrypt$ln=14,r=8,p=5$";
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

std::string Base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                             reinterpret_cast<const unsigned char*>(bytes.data()),
                             static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

// With or without padding. kInvalidArgument.
Result<std::string> DecodeBase64(std::string_view text) {
  std::string padded(text);
  while (!padded.empty() && padded.back() == '=') padded.pop_back();
  size_t missing = (4 - padded.size() % 4) % 4;
  padded.append(missing, '=');
  std::string bytes(padded.size() / 4 * 3 + 1, '\0');
  int size = missing == 3 ? -1
                          : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                            reinterpret_cast<const unsigned char*>(padded.data()),
                                            static_cast<int>(padded.size()));
  if (size < 0) return InvalidArgument("no base64");
  bytes.resize(static_cast<size_t>(size) - missing);
  return bytes;
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

bool SameBytes(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
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

Result<std::pair<std::string, PasswordHash>> ParseLine(std::string_view line) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return InvalidArgument("there is no ':' behind a name");
  std::string user(line.substr(0, colon));
  RETURN_IF_ERROR(CheckUserName(user));
  std::string_view rest = line.substr(colon + 1);
  constexpr std::string_view kWanted(kScheme, sizeof kScheme - 1);
  size_t dollar = rest.rfind('$');
  if (rest.substr(0, kWanted.size()) != kWanted || dollar < kWanted.size()) {
    return InvalidArgument("the password is not hashed as '" + std::string(kWanted) +
                           "SALT$HASH'; use 'cozy-airgap login add'");
  }
  PasswordHash password;
  ASSIGN_OR_RETURN(password.salt,
                   DecodeBase64(rest.substr(kWanted.size(), dollar - kWanted.size())));
  ASSIGN_OR_RETURN(password.hash, DecodeBase64(rest.substr(dollar + 1)));
  if (password.hash.size() != kHashBytes || password.salt.size() < 8) {
    return InvalidArgument("salt or hash have the wrong length");
  }
  return std::pair(std::move(user), std::move(password));
}

Status Refused() { return Denied("user name and password are needed, and right ones"); }

}  // namespace

Result<std::string> FormatLogin(const std::string& user, const std::string& password) {
  RETURN_IF_ERROR(CheckUserName(user));
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
  return user + ":" + kScheme + Base64(salt) + "$" + Base64(hash);
}

Logins::Logins() { RAND_bytes(key_.data(), static_cast<int>(key_.size())); }

Result<std::unique_ptr<Logins>> Logins::Parse(std::string_view text, std::string_view what) {
  std::unique_ptr<Logins> logins(new Logins());
  for (size_t number = 1; !text.empty(); ++number) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    auto parsed = ParseLine(line);
    if (!parsed.ok()) {
      return parsed.status().WithContext(std::string(what) + " line " + std::to_string(number));
    }
    logins->users_.insert_or_assign(parsed->first, parsed->second);
  }
  if (logins->users_.empty()) {
    return InvalidArgument(std::string(what) +
                           " names no user; add one with 'cozy-airgap login add'");
  }
  return logins;
}

Logins::Fingerprint Logins::FingerprintOf(const std::string& header) const {
  Fingerprint fingerprint{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(header.data()), header.size(), fingerprint.data(),
       &size);
  return fingerprint;
}

Status Logins::Check(const std::string& header) {
  constexpr std::string_view kBasic = "basic ";
  if (header.size() <= kBasic.size() || header.size() > limits::password_max_bytes * 2) {
    return Refused();
  }
  Fingerprint fingerprint = FingerprintOf(header);
  {
    std::lock_guard<std::mutex> lock(remembered_mutex_);
    if (remembered_.count(fingerprint) != 0) return OkStatus();
  }
  for (size_t i = 0; i < kBasic.size(); ++i) {
    if ((header[i] | 0x20) != kBasic[i]) return Refused();
  }
  Result<std::string> pair = DecodeBase64(std::string_view(header).substr(kBasic.size()));
  if (!pair.ok()) return Refused();
  size_t colon = pair->find(':');
  if (colon == std::string::npos) return Refused();
  // An unknown user costs as much as a known one.
  auto user = users_.find(std::string_view(*pair).substr(0, colon));
  static const PasswordHash nobody{std::string(kSaltBytes, 'x'), std::string(kHashBytes, '\0')};
  const PasswordHash& wanted = user == users_.end() ? nobody : user->second;
  if (++waiting_ > limits::login_checks_waiting_max_count) {
    --waiting_;
    return Unavailable("too many logins wait to be checked; try again");
  }
  std::string hash;
  {
    std::lock_guard<std::mutex> lock(check_mutex_);
    hash = Scrypt(pair->substr(colon + 1), wanted.salt);
  }
  --waiting_;
  if (!SameBytes(hash, wanted.hash) || user == users_.end()) return Refused();
  std::lock_guard<std::mutex> lock(remembered_mutex_);
  if (remembered_.size() >= limits::logins_remembered_max_count) remembered_.clear();
  remembered_.insert(fingerprint);
  return OkStatus();
}

}  // namespace airgap
