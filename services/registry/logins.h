// Who may push: user names and passwords, checked as HTTP Basic credentials (RFC 7617).
//
// The file has one line for each user, "NAME:HASH" with what base/password.h keeps of a password;
// '#' begins a comment. A check costs 16 MiB and some 0.2 s, so one is done at a time, and
// credentials that were right are remembered.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/password.h"
#include "base/status.h"

namespace airgap {

// A line of the file for this user. kInvalidArgument: an empty name or one with ':' or a control
// character in it, a password of fewer than limits::password_min_bytes.
Result<std::string> FormatLogin(const std::string& user, const std::string& password);

// Safe to use from several threads.
class Logins {
 public:
  // kInvalidArgument names the line that is malformed. `what` is the file's name.
  static Result<std::unique_ptr<Logins>> Parse(std::string_view text, std::string_view what);

  // `header`: the value of Authorization. kDenied: absent, malformed, an unknown user or a wrong
  // password (which of them, only the log may say). kUnavailable: too many wait to be checked.
  Status Check(const std::string& header);

 private:
  Logins();
  using Fingerprint = std::array<uint8_t, 32>;
  Fingerprint FingerprintOf(const std::string& header) const;

  std::map<std::string, PasswordHash, std::less<>> users_;
  std::array<uint8_t, 32> key_{};  // of this process, so that remembered headers are no hashes
  std::mutex remembered_mutex_;
  std::set<Fingerprint> remembered_;
  std::mutex check_mutex_;
  std::atomic<unsigned> waiting_{0};
};

}  // namespace airgap
