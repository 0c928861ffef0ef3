// Status and Result<T>: how every fallible function of the project answers.
//
// A Status is a code from a closed set plus one line for a person: what is wrong with what, and,
// where it helps, what to do. "Not found" is a code of its own, because callers act on it.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace airgap {

// Never renumbered: journals and JSON output carry the names, metrics the numbers.
enum class Code {
  kOk = 0,
  kNotFound = 1,         // the named thing is not there; asking again will not help
  kInvalidArgument = 2,  // what the caller (a person, a client) said is malformed
  kCorrupt = 3,          // bytes read are not what they claim to be
  kIo = 4,               // the system refused: message carries strerror
  kNoSpace = 5,          // a disk is full
  kLimitExceeded = 6,    // larger or more than base/limits.h allows
  kUnsupported = 7,      // well-formed, but not something this program does
  kUnavailable = 8,      // a peer or medium did not answer; asking again may help
  kDenied = 9,           // credentials missing or wrong
  kAmbiguous = 10,       // the name fits several things; message names them
};

// "not found", "invalid argument", ...: for JSON output and logs.
std::string_view CodeName(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {
    assert(code != Code::kOk);
  }

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same status with `context` and ": " before its message; ok stays ok.
  Status WithContext(std::string_view context) const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

inline Status OkStatus() { return Status(); }
inline Status NotFound(std::string m) { return {Code::kNotFound, std::move(m)}; }
inline Status InvalidArgument(std::string m) { return {Code::kInvalidArgument, std::move(m)}; }
inline Status Corrupt(std::string m) { return {Code::kCorrupt, std::move(m)}; }
inline Status NoSpace(std::string m) { return {Code::kNoSpace, std::move(m)}; }
inline Status LimitExceeded(std::string m) { return {Code::kLimitExceeded, std::move(m)}; }
inline Status Unsupported(std::string m) { return {Code::kUnsupported, std::move(m)}; }
inline Status Unavailable(std::string m) { return {Code::kUnavailable, std::move(m)}; }
inline Status Denied(std::string m) { return {Code::kDenied, std::move(m)}; }
inline Status Ambiguous(std::string m) { return {Code::kAmbiguous, std::move(m)}; }

// The one mapping from errno: ENOENT -> kNotFound, ENOSPC/EDQUOT -> kNoSpace, EACCES/EPERM ->
// kDenied, ETIMEDOUT/ECONN* -> kUnavailable, else kIo. Message: "<context>: <strerror>".
Status ErrnoStatus(int error_number, std::string_view context);

// A value or the reason why there is none. `*result` and `->` need ok().
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(Status status) : status_(std::move(status)) { assert(!status_.ok()); }  // NOLINT
  Result(T value) : value_(std::move(value)) {}                                  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& operator*() & { return value_.value(); }
  const T& operator*() const& { return value_.value(); }
  T&& operator*() && { return std::move(value_.value()); }
  T* operator->() { return &value_.value(); }
  const T* operator->() const { return &value_.value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace airgap

#define AIRGAP_CONCAT_INNER(a, b) a##b
#define AIRGAP_CONCAT(a, b) AIRGAP_CONCAT_INNER(a, b)

// Returns from the calling function when `expr` (a Status) is not ok.
#define RETURN_IF_ERROR(expr)                                                 \
  do {                                                                        \
    if (::airgap::Status status_in_macro_ = (expr); !status_in_macro_.ok()) { \
      return status_in_macro_;                                                \
    }                                                                         \
  } while (false)

// ASSIGN_OR_RETURN(auto x, F()): x takes F()'s value, or the calling function returns its status.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_INNER(AIRGAP_CONCAT(result_in_macro_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER(result, lhs, expr) \
  auto result = (expr);                           \
  if (!result.ok()) return result.status();       \
  lhs = *std::move(result)
