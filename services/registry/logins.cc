#include "registry/logins.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/base64.h"
#include "base/limits.h"

namespace airgap {
namespace {

Result<std::pair<std::string, PasswordHash>> ParseLine(std::string_view line) {
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return InvalidArgument("there is no ':' behind a name");
  std::string user(line.substr(0, colon));
  RETURN_IF_ERROR(CheckUserName(user));
  ASSIGN_OR_RETURN(PasswordHash password, PasswordHash::Parse(line.substr(colon + 1)));
  return std::pair(std::move(user), std::move(password));
}

Status Refused() { return Denied("user name and password are needed, and right ones"); }

}  // namespace

Result<std::string> FormatLogin(const std::string& user, const std::string& password) {
  RETURN_IF_ERROR(CheckUserName(user));
  ASSIGN_OR_RETURN(std::string hash, HashPassword(password));
  return user + ":" + hash;
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
  std::optional<std::string> pair = DecodeBase64(std::string_view(header).substr(kBasic.size()));
  if (!pair) return Refused();
  size_t colon = pair->find(':');
  if (colon == std::string::npos) return Refused();
  // An unknown user costs as much as a known one.
  auto user = users_.find(std::string_view(*pair).substr(0, colon));
  static const PasswordHash nobody{std::string(16, 'x'), std::string(32, '\0')};
  const PasswordHash& wanted = user == users_.end() ? nobody : user->second;
  if (++waiting_ > limits::login_checks_waiting_max_count) {
    --waiting_;
    return Unavailable("too many logins wait to be checked; try again");
  }
  bool fits = false;
  {
    std::lock_guard<std::mutex> lock(check_mutex_);
    fits = wanted.Fits(pair->substr(colon + 1));
  }
  --waiting_;
  if (!fits || user == users_.end()) return Refused();
  std::lock_guard<std::mutex> lock(remembered_mutex_);
  if (remembered_.size() >= limits::logins_remembered_max_count) remembered_.clear();
  remembered_.insert(fingerprint);
  return OkStatus();
}

}  // namespace airgap
