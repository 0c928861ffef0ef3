// Passwords as they are kept: "$scrypt$ln=14,r=8,p=5$SALT$HASH" (RFC 7914; base64 without padding,
// the PHC string format). Hashing one costs 16 MiB and some 0.2 s.
// https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace airgap {

struct PasswordHash {
  std::string salt;
  std::string hash;

  // Of the text form. kInvalidArgument: not this scheme with these parameters.
  static Result<PasswordHash> Parse(std::string_view text);
  // Takes as long as hashing, whatever the password.
  bool Fits(const std::string& password) const;
};

// The text form, with a salt of its own. kInvalidArgument: a password shorter than
// limits::password_min_bytes or longer than password_max_bytes.
Result<std::string> HashPassword(const std::string& password);

// kInvalidArgument: an empty name, one that is too long, begins with '#' or holds ':', a space or a
// control character.
Status CheckUserName(const std::string& user);

}  // namespace airgap
