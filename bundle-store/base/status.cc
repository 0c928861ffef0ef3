#include "base/status.h"

#include <cerrno>
#include <system_error>

namespace airgap {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kNotFound:
      return "not found";
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kIo:
      return "input/output error";
    case Code::kNoSpace:
      return "no space";
    case Code::kLimitExceeded:
      return "limit exceeded";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kDenied:
      return "denied";
    case Code::kAmbiguous:
      return "ambiguous";
  }
  return "unknown";
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  return Status(code_, std::string(context) + ": " + message_);
}

Status ErrnoStatus(int error_number, std::string_view context) {
  std::string message(context);
  message += ": ";
  message += std::generic_category().message(error_number);
  switch (error_number) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return NotFound(std::move(message));
    case ENOSPC:
    case EDQUOT:
      return NoSpace(std::move(message));
    case EACCES:
    case EPERM:
    case EROFS:
      return Denied(std::move(message));
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPIPE:
      return Unavailable(std::move(message));
    default:
      return Status(Code::kIo, std::move(message));
  }
}

}  // namespace airgap
